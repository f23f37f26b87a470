package press.mainstay.desk;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class DeskConfiguration {

    @Bean
    RecurringTask<Void> alarmTask(AlarmLetter alarm) {
        return Tasks.recurring("alarm", Schedules.fixedDelay(Duration.ofMinutes(10)))
                .execute((_, _) -> alarm.promiseIfNeeded());
    }
}
