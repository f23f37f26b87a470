package press.mainstay;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A feature test that looks at pages in Chromium: a test method takes a [Browsing] as parameter, a fresh one each.
/// Skipped, with the reason, where Chromium or Playwright's driver is missing.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(BrowserExtension.class) // first: where the class is skipped, no service is started for it
@Timeout(120) // Chromium may be waited for in vain
@FeatureTest
public @interface BrowserTest {}
