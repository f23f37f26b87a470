package press.mainstay.mail;

import java.nio.charset.StandardCharsets;
import java.util.Set;
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

    /// The text part of a letter: `templates/….txt`.
    @Bean
    SpringResourceTemplateResolver textTemplates(ApplicationContext context) {
        return resolver(context, "*.txt", TemplateMode.TEXT);
    }

    /// The HTML part of a letter, named with its ending to tell it from the text part.
    @Bean
    SpringResourceTemplateResolver htmlLetterTemplates(ApplicationContext context) {
        return resolver(context, "*.html", TemplateMode.HTML);
    }

    private static SpringResourceTemplateResolver resolver(
            ApplicationContext context, String ending, TemplateMode mode) {
        var resolver = new SpringResourceTemplateResolver();
        resolver.setApplicationContext(context);
        resolver.setPrefix("classpath:/templates/");
        resolver.setResolvablePatterns(Set.of(ending));
        resolver.setTemplateMode(mode);
        resolver.setCharacterEncoding(StandardCharsets.UTF_8.name());
        resolver.setOrder(1);
        return resolver;
    }
}
