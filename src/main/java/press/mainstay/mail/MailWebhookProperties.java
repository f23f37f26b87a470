package press.mainstay.mail;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What providers of mail sign their webhooks with. Where there is none, there is no such webhook.
///
/// @param secrets of Standard Webhooks, `whsec_` and base64; several while one is rolled
/// @param mailgunKey Mailgun's "HTTP webhook signing key"
@ConfigurationProperties("mainstay.mail.webhook")
record MailWebhookProperties(
        @DefaultValue List<String> secrets, @Nullable String mailgunKey) {

    private static final String PREFIX = "whsec_";

    MailWebhookProperties {
        secrets = secrets.stream().filter(secret -> !secret.isBlank()).toList();
        for (var secret : secrets) {
            if (!secret.startsWith(PREFIX) || !isBase64(secret.substring(PREFIX.length()))) {
                throw new IllegalArgumentException(
                        "mainstay.mail.webhook.secrets holds what is no secret of Standard Webhooks: write whsec_ and base64");
            }
        }
        mailgunKey = mailgunKey == null || mailgunKey.isBlank() ? null : mailgunKey;
    }

    List<byte[]> keys() {
        return secrets.stream()
                .map(secret -> Base64.getDecoder().decode(secret.substring(PREFIX.length())))
                .toList();
    }

    private static boolean isBase64(String text) {
        try {
            return Base64.getDecoder().decode(text).length >= 16;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "mail webhook";
    }
}
