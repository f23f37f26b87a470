package press.mainstay.supporter;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.sealing.SealedColumn;

@Configuration
class SupporterConfiguration {

    @Bean
    SealedColumn supporterEmail() {
        return new SealedColumn("supporter", "id", "email", SupporterService.EMAIL);
    }
}
