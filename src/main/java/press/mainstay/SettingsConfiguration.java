package press.mainstay;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import press.mainstay.shared.SettingException;

/// Looks at the settings before anything starts, and names all that is wrong with them at once.
@Configuration(proxyBeanMethods = false)
class SettingsConfiguration {

    /// Runs before the first bean is made, so neither the database nor Stripe has been spoken to.
    @Bean
    static BeanFactoryPostProcessor settingsCheck(Environment environment) {
        return _ -> new Check(environment).run();
    }

    private static class Check {

        private final Environment environment;
        private final List<String> missing = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private final List<String> mends = new ArrayList<>();

        Check(Environment environment) {
            this.environment = environment;
        }

        /// @throws SettingException if any setting is missing or contradicts another
        void run() {
            checkDatabase();
            checkStripe();
            require("spring.mail.host", "SPRING_MAIL_HOST", "the SMTP relay that letters leave through");
            checkPublicUrl();
            checkKeysets();
            checkOrigins();
            if (!missing.isEmpty()) {
                problems.addFirst((missing.size() == 1 ? "A setting is missing: " : "Settings are missing: ")
                        + String.join(", ", missing) + ".");
            }
            if (!problems.isEmpty()) {
                throw new SettingException(String.join("\n", problems), String.join("\n", mends));
            }
        }

        private void checkDatabase() {
            var url = require(
                    "spring.datasource.url",
                    "SPRING_DATASOURCE_URL",
                    "where PostgreSQL is, such as jdbc:postgresql://localhost:5432/mainstay");
            require("spring.datasource.username", "SPRING_DATASOURCE_USERNAME", "the database's user");
            if (url != null && !url.startsWith("jdbc:postgresql:")) {
                problem(
                        "SPRING_DATASOURCE_URL is no address of a PostgreSQL database.",
                        "Write it as jdbc:postgresql://host:5432/name, without user and password.");
            }
        }

        private void checkStripe() {
            var key = require(
                    "mainstay.stripe.api-key", "STRIPE_API_KEY", "a secret or restricted key from Stripe's Dashboard");
            if (key == null) {
                return;
            }
            if (key.startsWith("pk_")) {
                problem(
                        "STRIPE_API_KEY is a publishable key, which can do nothing on a server.",
                        "Set it to the secret key, sk_…, or better to a restricted key, rk_….");
            }
            var secrets = value("mainstay.stripe.webhook-secrets");
            if (secrets == null && value("mainstay.stripe.webhook-secrets[0]") == null && !isTestKey(key)) {
                require(
                        "mainstay.stripe.webhook-secrets",
                        "STRIPE_WEBHOOK_SECRETS",
                        "the signing secret of the webhook endpoint, whsec_…");
            }
            if (secrets != null && secrets.matches("(?s).*\\b[sprk]k_(live|test)_.*")) {
                problem(
                        "STRIPE_WEBHOOK_SECRETS holds an API key.",
                        "Set it to the signing secret that Stripe shows beside the webhook endpoint, whsec_….");
            }
            if (isLiveKey(key) && value("mainstay.stripe.api-base") != null) {
                problem(
                        "STRIPE_API_KEY is a live key, but STRIPE_API_BASE names a stand-in for Stripe.",
                        "Unset STRIPE_API_BASE to take real money, or set a test key to play.");
            }
        }

        private void checkPublicUrl() {
            var text = require(
                    "mainstay.newsroom.public-url",
                    "MAINSTAY_PUBLIC_URL",
                    "where readers reach this service, such as https://support.example.org");
            if (text == null) {
                return;
            }
            var url = parse(text);
            if (url == null) {
                problem(
                        "MAINSTAY_PUBLIC_URL is not an absolute address of the web.",
                        "Write it with its scheme, such as https://support.example.org.");
            } else if (url.getScheme().equalsIgnoreCase("http")
                    && isLiveKey(value("mainstay.stripe.api-key"))
                    && !keepsSecretsOnHttp(url.getHost())) {
                problem(
                        "MAINSTAY_PUBLIC_URL starts with http://, but STRIPE_API_KEY is a live key.",
                        "Serve readers by https:// (a reverse proxy can do that) and set the address so.");
            }
        }

        private void checkKeysets() {
            var keysets = value("mainstay.sealing.keysets");
            var file = value("mainstay.sealing.keysets-file");
            if (keysets == null && file == null) {
                missing.add("MAINSTAY_KEYSETS or MAINSTAY_KEYSETS_FILE");
                mends.add("MAINSTAY_KEYSETS_FILE: a file made once by `java -jar mainstay.jar keysets`, kept apart from"
                        + " the database's backup.");
            } else if (keysets != null && file != null) {
                problem(
                        "Both MAINSTAY_KEYSETS and MAINSTAY_KEYSETS_FILE are set.",
                        "Unset one of them; the file is the safer place.");
            }
        }

        private void checkOrigins() {
            var origins = value("mainstay.origins");
            for (var origin : origins == null ? new String[0] : origins.split(",")) {
                try {
                    Origin.of(origin);
                } catch (IllegalArgumentException _) {
                    problem(
                            "MAINSTAY_ORIGINS holds what is no origin: " + origin.strip() + ".",
                            "Write each as scheme and host, such as https://www.example.org, and put commas between.");
                }
            }
        }

        private @Nullable String require(String property, String variable, String meaning) {
            var value = value(property);
            if (value == null) {
                missing.add(variable);
                mends.add(variable + ": " + meaning + ".");
            }
            return value;
        }

        private void problem(String problem, String mend) {
            problems.add(problem);
            if (!mends.contains(mend)) {
                mends.add(mend);
            }
        }

        private @Nullable String value(String property) {
            var value = environment.getProperty(property);
            return value == null || value.isBlank() ? null : value.strip();
        }

        private static boolean isLiveKey(@Nullable String key) {
            return key != null && (key.startsWith("sk_live_") || key.startsWith("rk_live_"));
        }

        private static boolean isTestKey(String key) {
            return key.startsWith("sk_test_") || key.startsWith("rk_test_");
        }

        private static @Nullable URI parse(String text) {
            try {
                var url = new URI(text);
                return url.getHost() != null
                                && url.getScheme() != null
                                && url.getScheme().toLowerCase(Locale.ROOT).matches("https?")
                        ? url
                        : null;
            } catch (URISyntaxException _) {
                return null;
            }
        }

        private static boolean keepsSecretsOnHttp(String host) {
            return host.equals("localhost")
                    || host.equals("127.0.0.1")
                    || host.equals("[::1]")
                    || host.endsWith(".onion");
        }
    }
}
