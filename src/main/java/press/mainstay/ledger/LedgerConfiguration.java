package press.mainstay.ledger;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.newsroom.NewsroomProperties;

@Configuration
class LedgerConfiguration {

    private static final Duration EACH_NIGHT = Duration.ofDays(3);

    /// Once a month all of the last one, and what it touches.
    private static final int DAY_OF_THE_LONG_LOOK = 2;

    private static final Duration EACH_MONTH = Duration.ofDays(35);

    @Bean
    RecurringTask<Void> settlementTask(SettlementService settlements) {
        return Tasks.recurring("settlement", Schedules.fixedDelay(Duration.ofMinutes(1)))
                .execute((_, _) -> settlements.settle());
    }

    @Bean
    RecurringTask<Void> unassignedTask(UnassignedService unassigned) {
        return Tasks.recurring("unassigned-payments", Schedules.fixedDelay(Duration.ofMinutes(10)))
                .execute((_, _) -> unassigned.lookUp());
    }

    @Bean
    RecurringTask<Void> balanceReconciliationTask(
            BalanceReconciliation reconciliation, NewsroomProperties newsroom, Clock clock) {
        return Tasks.recurring("balance-reconciliation", Schedules.daily(newsroom.zone(), LocalTime.of(3, 30)))
                .execute((_, _) -> {
                    var today = clock.instant().atZone(newsroom.zone()).getDayOfMonth();
                    reconciliation.compare(today == DAY_OF_THE_LONG_LOOK ? EACH_MONTH : EACH_NIGHT);
                });
    }
}
