package press.mainstay.sealing;

import java.util.Arrays;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.shared.SettingException;

/// A value sealed and hashed when the database was new. Keysets that cannot open it, or hash it to something else,
/// belong to another database: with them every supporter would be lost or doubled, so the service does not start.
@Component
class Canary {

    private static final String PURPOSE = "sealing.canary";
    private static final String SONG = "mainstay";

    private record Row(UUID id, byte[] sealed, byte[] hash) {}

    Canary(JdbcClient jdbc, Sealing sealing) {
        var id = UUID.randomUUID();
        jdbc.sql("insert into canary (id, sealed, hash) values (:id, :sealed, :hash) on conflict do nothing")
                .param("id", id)
                .param("sealed", sealing.seal(SONG, PURPOSE, id).bytes())
                .param("hash", sealing.hash(SONG, PURPOSE).bytes())
                .update();
        var canary =
                jdbc.sql("select id, sealed, hash from canary").query(Row.class).single();
        if (!opens(sealing, canary)
                || !Arrays.equals(canary.hash(), sealing.hash(SONG, PURPOSE).bytes())) {
            throw new SettingException(
                    "The keysets are not those that this database was sealed with.",
                    "Set MAINSTAY_KEYSETS or MAINSTAY_KEYSETS_FILE to this database's keysets, with every key that ever"
                            + " sealed in it.");
        }
    }

    private static boolean opens(Sealing sealing, Row canary) {
        try {
            return sealing.open(new Sealed(canary.sealed()), PURPOSE, canary.id())
                    .equals(SONG);
        } catch (IllegalStateException _) {
            return false;
        }
    }
}
