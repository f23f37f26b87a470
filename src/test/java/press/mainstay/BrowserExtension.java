package press.mainstay;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.util.ClassUtils;

/// Starts one Chromium for all browser tests of this JVM, with a profile of its own for each test.
class BrowserExtension implements ExecutionCondition, ParameterResolver {

    private static final Namespace OURS = Namespace.create(BrowserExtension.class);
    private static final Path CHROMIUM =
            Path.of(Optional.ofNullable(System.getenv("CHROMIUM")).orElse("/usr/bin/chromium"));

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!Files.isExecutable(CHROMIUM)) {
            return ConditionEvaluationResult.disabled(
                    "No Chromium at " + CHROMIUM + ": install it, or name it in the environment as CHROMIUM");
        }
        if (!ClassUtils.isPresent(
                "com.microsoft.playwright.impl.driver.jar.DriverJar", getClass().getClassLoader())) {
            return ConditionEvaluationResult.disabled(
                    "Playwright's driver is not on the classpath: run Maven with -Pbrowser");
        }
        return ConditionEvaluationResult.enabled("Chromium at " + CHROMIUM);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browsing.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var chromium =
                context.getRoot().getStore(OURS).computeIfAbsent(Chromium.class, _ -> new Chromium(), Chromium.class);
        return context.getStore(OURS)
                .computeIfAbsent(Browsing.class, _ -> new Browsing(chromium.browser, origin(context)), Browsing.class);
    }

    private static URI origin(ExtensionContext context) {
        var environment = SpringExtension.getApplicationContext(context).getEnvironment();
        return URI.create("http://localhost:" + environment.getRequiredProperty("local.server.port"));
    }

    /// Closed by JUnit after the last test.
    private static final class Chromium implements AutoCloseable {

        final Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));

        final Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--no-sandbox", // for containers, where everyone is root; it sees our own pages only
                                "--disable-gpu",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--no-first-run")));

        @Override
        public void close() {
            browser.close();
            playwright.close();
        }
    }
}
