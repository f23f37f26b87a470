package press.mainstay.membership;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.LocalTime;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.newsroom.NewsroomProperties;

@Configuration
class MembershipConfiguration {

    @Bean
    RecurringTask<Void> subscriptionReconciliationTask(
            SubscriptionReconciliation reconciliation, NewsroomProperties newsroom) {
        return Tasks.recurring("subscription-reconciliation", Schedules.daily(newsroom.zone(), LocalTime.of(3, 0)))
                .execute((_, _) -> reconciliation.compare());
    }
}
