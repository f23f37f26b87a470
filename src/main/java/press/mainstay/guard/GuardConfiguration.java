package press.mainstay.guard;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class GuardConfiguration {

    @Bean
    RecurringTask<Void> guardForgetsTask(Guard guard) {
        return Tasks.recurring("guard-forgets", Schedules.fixedDelay(Duration.ofHours(1)))
                .execute((_, _) -> guard.forget());
    }
}
