package press.mainstay.mail;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.thymeleaf.spring6.templateresolver.SpringResourceTemplateResolver;
import org.thymeleaf.templatemode.TemplateMode;
import press.mainstay.shared.QueueWorker;

@Configuration
class MailConfiguration {

    @Bean
    QueueWorker letterWorker(DeliveryService delivery) {
        return new QueueWorker("letter", delivery::sendNext);
    }

    @Bean
    @ConditionalOnExpression("!'${mainstay.mail.bounce-mailbox.host:}'.isBlank()")
    RecurringTask<Void> bounceMailboxTask(BounceMailbox mailbox) {
        return Tasks.recurring("bounce-mailbox", Schedules.fixedDelay(Duration.ofMinutes(1)))
                .execute((_, _) -> mailbox.read());
    }

    /// The text part of a letter, `templates/….txt`; the HTML part is found as pages are.
    @Bean
    SpringResourceTemplateResolver textTemplates(ApplicationContext context) {
        var resolver = new SpringResourceTemplateResolver();
        resolver.setApplicationContext(context);
        resolver.setPrefix("classpath:/templates/");
        resolver.setResolvablePatterns(Set.of("*.txt"));
        resolver.setTemplateMode(TemplateMode.TEXT);
        resolver.setCharacterEncoding(StandardCharsets.UTF_8.name());
        resolver.setOrder(1);
        return resolver;
    }
}
