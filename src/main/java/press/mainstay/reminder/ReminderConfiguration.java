package press.mainstay.reminder;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import java.time.LocalTime;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.newsroom.NewsroomProperties;

@Configuration
class ReminderConfiguration {

    @Bean
    RecurringTask<Void> reminderTask(ReminderService reminders) {
        return Tasks.recurring("reminders", Schedules.fixedDelay(Duration.ofMinutes(1)))
                .execute((_, _) -> reminders.promiseDue());
    }

    @Bean
    RecurringTask<Void> reminderConsentTask(ReminderService reminders, NewsroomProperties newsroom) {
        return Tasks.recurring("reminder-consents", Schedules.daily(newsroom.zone(), LocalTime.of(4, 0)))
                .execute((_, _) -> reminders.expireConsents());
    }
}
