package press.mainstay;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.ContextConfiguration;
import press.mainstay.demo.DemoConfiguration;

/// The whole service with a real PostgreSQL, Stripe played and mail captured: one for all classes that say so.
///
/// To inject: `Visitor` (each its own), `StripeSimulator`, `DemoMail`, `DemoClock`, `TimeMachine`, `DemoDatabase`,
/// `JdbcClient` and every bean of the service. Tables and mailboxes are not emptied between tests, as little as they
/// are
/// in life: use an address and a donation of your own. A class that adds properties gets another service with another
/// database, on the same server.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        classes = {App.class, DemoConfiguration.class, FeatureTestConfiguration.class})
@ExtendWith(LogTape.Extension.class)
@ContextConfiguration(initializers = FeatureTestConfiguration.Start.class)
public @interface FeatureTest {}
