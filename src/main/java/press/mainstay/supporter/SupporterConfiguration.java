package press.mainstay.supporter;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.sealing.SealedColumn;

@Configuration
class SupporterConfiguration {

    @Bean
    SealedColumn supporterEmail() {
        return new SealedColumn("supporter", "id", "email", SupporterService.EMAIL);
    }

    @Bean
    SealedColumn optInEmail() {
        return new SealedColumn("opt_in", "id", "email", OptInService.EMAIL);
    }

    @Bean
    RecurringTask<Void> forgetTask(OptInService optIns, SupporterService supporters) {
        return Tasks.recurring("forget", Schedules.fixedDelay(Duration.ofHours(1)))
                .execute((_, _) -> {
                    optIns.forgetOld();
                    supporters.forgetStrangers();
                });
    }
}
