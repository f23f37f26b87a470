package press.mainstay.sealing;

import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/// Seals with the newest key what an older one sealed, so that the older one can be thrown away.
@Service
class ResealService {

    private static final Logger log = LoggerFactory.getLogger(ResealService.class);
    private static final int BATCH = 500;
    private static final UUID FIRST = new UUID(0, 0);

    private final JdbcClient jdbc;
    private final Sealing sealing;
    private final List<SealedColumn> columns;

    ResealService(JdbcClient jdbc, Sealing sealing, List<SealedColumn> columns) {
        this.jdbc = jdbc;
        this.sealing = sealing;
        this.columns = columns;
    }

    /// Looks through every sealed column that is not known to be done, in the order of its primary key; a few hundred
    /// rows a statement, none locked for longer. A column is done when a whole pass found nothing to do.
    ///
    /// @return how many values were sealed anew
    long resealAll() {
        var sealedAnew = 0L;
        for (var column : columns) {
            if (!done(column)) {
                sealedAnew += reseal(column);
            }
        }
        return sealedAnew;
    }

    private long reseal(SealedColumn column) {
        record Row(UUID id, byte[] sealed) {}
        var count = 0L;
        var after = FIRST;
        while (true) {
            var rows = jdbc.sql(
                            "select %2$s as id, %3$s as sealed from %1$s where %2$s > :after order by %2$s limit :batch"
                                    .formatted(column.table(), column.idColumn(), column.column()))
                    .param("after", after)
                    .param("batch", BATCH)
                    .query(Row.class)
                    .list();
            if (rows.isEmpty()) {
                break;
            }
            for (var row : rows) {
                if (row.sealed() != null && !sealing.sealedWithPrimaryKey(new Sealed(row.sealed()))) {
                    count += reseal(column, row.id(), row.sealed());
                }
            }
            after = rows.getLast().id();
        }
        if (count == 0) {
            markDone(column);
        } else {
            log.info("Sealed anew with the newest key: {} values of {}.{}", count, column.table(), column.column());
        }
        return count;
    }

    private int reseal(SealedColumn column, UUID id, byte[] old) {
        var data = sealing.openBytes(new Sealed(old), column.purpose(), id);
        // only if nobody changed or erased it meanwhile
        return jdbc.sql("update %1$s set %3$s = :new where %2$s = :id and %3$s = :old"
                        .formatted(column.table(), column.idColumn(), column.column()))
                .param("new", sealing.seal(data, column.purpose(), id).bytes())
                .param("id", id)
                .param("old", old)
                .update();
    }

    private boolean done(SealedColumn column) {
        return jdbc.sql("select exists (select from resealed where column_name = :name and key_prefix = :prefix)")
                .param("name", name(column))
                .param("prefix", sealing.primaryKeyPrefix())
                .query(Boolean.class)
                .single();
    }

    private void markDone(SealedColumn column) {
        jdbc.sql("""
                        insert into resealed (column_name, key_prefix) values (:name, :prefix)
                        on conflict (column_name) do update set key_prefix = excluded.key_prefix
                        """)
                .param("name", name(column))
                .param("prefix", sealing.primaryKeyPrefix())
                .update();
    }

    private static String name(SealedColumn column) {
        return column.table() + "." + column.column();
    }
}
