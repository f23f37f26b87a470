package press.mainstay.donation;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class DonationConfiguration {

    @Bean
    RecurringTask<Void> overdueCheckoutTask(CheckoutService checkouts) {
        return Tasks.recurring("overdue-checkouts", Schedules.fixedDelay(Duration.ofHours(1)))
                .execute((_, _) -> checkouts.lookAtOverdue());
    }
}
