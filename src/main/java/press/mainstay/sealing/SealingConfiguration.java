package press.mainstay.sealing;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.WritingConverter;
import org.springframework.data.jdbc.core.convert.JdbcCustomConversions;
import org.springframework.data.jdbc.core.dialect.JdbcDialect;
import press.mainstay.shared.SettingException;

@Configuration
class SealingConfiguration {

    @Bean
    Keysets keysets(SealingProperties properties) {
        try {
            return Keysets.parse(read(properties));
        } catch (IllegalArgumentException e) {
            throw new SettingException(
                    "The keysets cannot be read: " + e.getMessage() + ".",
                    "Make them with the command `java -jar mainstay.jar keysets` and keep them out of the database's backup.");
        }
    }

    /// Repositories take and give sealed values and hashes; to open one stays a decision of whoever has it.
    @Bean
    JdbcCustomConversions conversions(JdbcDialect dialect) {
        return JdbcCustomConversions.of(
                dialect, List.of(new SealedToBytes(), new BytesToSealed(), new KeyedHashToBytes()));
    }

    @WritingConverter
    private static class SealedToBytes implements Converter<Sealed, byte[]> {
        @Override
        public byte[] convert(Sealed sealed) {
            return sealed.bytes();
        }
    }

    @ReadingConverter
    private static class BytesToSealed implements Converter<byte[], Sealed> {
        @Override
        public Sealed convert(byte[] bytes) {
            return new Sealed(bytes);
        }
    }

    @WritingConverter
    private static class KeyedHashToBytes implements Converter<KeyedHash, byte[]> {
        @Override
        public byte[] convert(KeyedHash hash) {
            return hash.bytes();
        }
    }

    /// The canary's own column is sealed anew like all others.
    @Bean
    SealedColumn canaryColumn() {
        return new SealedColumn("canary", "id", "sealed", "sealing.canary");
    }

    @Bean
    RecurringTask<Void> resealTask(ResealService reseal) {
        return Tasks.recurring("reseal", Schedules.fixedDelay(Duration.ofHours(6)))
                .execute((_, _) -> reseal.resealAll());
    }

    private static String read(SealingProperties properties) {
        if (properties.keysets() != null && !properties.keysets().isBlank()) {
            return properties.keysets();
        }
        if (properties.keysetsFile() == null) {
            throw new IllegalArgumentException("neither MAINSTAY_KEYSETS nor MAINSTAY_KEYSETS_FILE is set");
        }
        try {
            return Files.readString(properties.keysetsFile());
        } catch (IOException _) {
            throw new IllegalArgumentException("no file that we may read at " + properties.keysetsFile());
        }
    }
}
