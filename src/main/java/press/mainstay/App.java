package press.mainstay;

import java.time.Clock;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import press.mainstay.sealing.KeysetsCommand;

/// Mainstay: memberships and donations for independent newsrooms.
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class) // it would log a password for nobody
@ConfigurationPropertiesScan
public class App {

    /// Starts the service; with the word `keysets`, prints keysets instead and ends.
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("keysets")) {
            printKeysets(List.of(args).subList(1, args.length));
        } else {
            SpringApplication.run(App.class, args);
        }
    }

    private static void printKeysets(List<String> words) {
        try {
            System.out.println(KeysetsCommand.run(words));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /// Business time: due dates, periods, expiry of links, dates shown. Leases, backoff, timeouts and signature
    /// tolerance go by the machine's time instead, so that a demo may move this clock.
    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }

    /// Jobs fall due by business time.
    @Bean
    com.github.kagkarlsson.scheduler.Clock schedulerClock(Clock clock) {
        return clock::instant;
    }
}
