package press.mainstay.supporter;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import java.time.LocalTime;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.newsroom.NewsroomProperties;
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
    RecurringTask<Void> forgetOptInsTask(OptInService optIns) {
        return Tasks.recurring("forget-opt-ins", Schedules.fixedDelay(Duration.ofHours(1)))
                .execute((_, _) -> optIns.forgetOld());
    }

    @Bean
    RecurringTask<Void> forgetStrangersTask(SupporterService supporters, NewsroomProperties newsroom) {
        return Tasks.recurring("forget-strangers", Schedules.daily(newsroom.zone(), LocalTime.of(4, 30)))
                .execute((_, _) -> supporters.forgetStrangers());
    }
}
