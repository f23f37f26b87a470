package press.mainstay.desk;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import press.mainstay.shared.EmailAddress;

/// Who looks after the service.
///
/// @param alarmMail where alarms go, once a day; without it they are in health, metrics and log only
@ConfigurationProperties("mainstay")
record DeskProperties(@Nullable EmailAddress alarmMail) {}
