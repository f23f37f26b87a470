package press.mainstay.ledger;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class LedgerConfiguration {

    @Bean
    RecurringTask<Void> settlementTask(SettlementService settlements) {
        return Tasks.recurring("settlement", Schedules.fixedDelay(Duration.ofMinutes(1)))
                .execute((_, _) -> settlements.settle());
    }
}
