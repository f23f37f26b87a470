package press.mainstay;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;

/// Mainstay: memberships and donations for independent newsrooms.
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class) // it would log a password for nobody
@ConfigurationPropertiesScan
public class App {

    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }

    /// Business time: due dates, periods, expiry of links, dates shown. Leases, backoff, timeouts and signature
    /// tolerance go by the machine's time instead, so that a demo may move this clock.
    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }
}
