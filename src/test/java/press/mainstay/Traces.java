package press.mainstay;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.util.HtmlUtils;

/// Looks for texts that must not lie around, in whatever coat: in any case, percent-encoded, quoted-printable, with
/// JSON's or HTML's escapes, base64 at all three alignments, hexadecimal, UTF-16.
final class Traces {

    /// In bytes; shorter ones would be found by chance in ciphertext.
    private static final int SHORTEST = 6;

    private static final Pattern PERCENT = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");
    private static final Pattern QUOTED_PRINTABLE = Pattern.compile("(?:=[0-9A-Fa-f]{2})+");
    private static final Pattern JSON_ESCAPE = Pattern.compile("\\\\u([0-9A-Fa-f]{4})");

    private final Set<String> words = new LinkedHashSet<>();
    private final Set<String> base64 = new LinkedHashSet<>();
    private final Set<String> hex = new LinkedHashSet<>();

    Traces(Collection<String> texts) {
        for (var text : texts) {
            if (text.getBytes(UTF_8).length < SHORTEST) {
                throw new IllegalArgumentException("Too short to be looked for");
            }
            var lower = text.toLowerCase(Locale.ROOT);
            words.add(lower);
            words.add(lower.replace(' ', '+'));
            words.add(lower.replace(' ', '_'));
            for (var written : List.of(text, lower, text.toUpperCase(Locale.ROOT))) {
                var bytes = written.getBytes(UTF_8);
                hex.add(HexFormat.of().formatHex(bytes));
                for (var alignment = 0; alignment < 3; alignment++) {
                    base64.add(base64(bytes, alignment));
                }
            }
        }
    }

    /// What each base64 text has in it that holds these bytes after `before` others, or after three more each.
    private static String base64(byte[] bytes, int before) {
        var shifted = new byte[before + bytes.length];
        System.arraycopy(bytes, 0, shifted, before, bytes.length);
        var encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        return encoded.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
    }

    boolean in(String text) {
        var unfolded = text.replaceAll("=\r?\n", "");
        var percent = decoded(text, PERCENT);
        var printable = decoded(unfolded, QUOTED_PRINTABLE);
        var escaped = JSON_ESCAPE.matcher(text).replaceAll(code -> quoted((char) Integer.parseInt(code.group(1), 16)));
        var all = JSON_ESCAPE
                .matcher(decoded(decoded(unfolded, QUOTED_PRINTABLE), PERCENT))
                .replaceAll(code -> quoted((char) Integer.parseInt(code.group(1), 16)));
        if (Stream.of(text, percent, printable, escaped, HtmlUtils.htmlUnescape(text), HtmlUtils.htmlUnescape(all))
                .map(form -> form.toLowerCase(Locale.ROOT))
                .anyMatch(form -> words.stream().anyMatch(form::contains))) {
            return true;
        }
        var unbroken = text.replaceAll("\\s", "");
        var standard = unbroken.replace('-', '+').replace('_', '/');
        var lower = unbroken.toLowerCase(Locale.ROOT);
        return base64.stream().anyMatch(standard::contains) || hex.stream().anyMatch(lower::contains);
    }

    boolean in(byte[] data) {
        return in(new String(data, UTF_8)) || in(new String(data, UTF_16BE)) || in(new String(data, UTF_16LE));
    }

    /// Reads every column of every row that is not PostgreSQL's own.
    ///
    /// @return where something was found, as `schema.table.column`
    Set<String> in(JdbcClient jdbc) {
        record Column(String relation, String name, boolean binary) {}
        var columns = jdbc.sql("""
                        select format('%I.%I', n.nspname, c.relname) as relation, format('%I', a.attname) as name,
                            a.atttypid = 'bytea'::regtype as binary
                        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                        where c.relkind in ('r', 'p', 'm', 'v', 'f') and a.attnum > 0 and not a.attisdropped
                            and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
                        order by 1, a.attnum
                        """).query(Column.class).list();
        var found = new TreeSet<String>();
        for (var column : columns) {
            var leaks = jdbc.sql("select %1$s::text as as_text, %2$s as as_bytes from %3$s where %1$s is not null"
                            .formatted(
                                    column.name(), column.binary() ? column.name() : "null::bytea", column.relation()))
                    .query((row, _) -> in(row.getString("as_text")) || column.binary() && in(row.getBytes("as_bytes")))
                    .list();
            if (leaks.contains(true)) {
                found.add(column.relation() + "." + column.name());
            }
        }
        return found;
    }

    /// @return whose lines something was found in, by the logger's name
    Set<String> in(Collection<LogTape.Entry> log) {
        var found = new TreeSet<String>();
        log.stream().filter(entry -> in(entry.text())).forEach(entry -> found.add(entry.logger()));
        return found;
    }

    private static String decoded(String text, Pattern encoded) {
        return encoded.matcher(text).replaceAll(run -> {
            var bytes = new ByteArrayOutputStream();
            for (var i = 1; i < run.group().length(); i += 3) {
                bytes.write(Integer.parseInt(run.group(), i, i + 2, 16));
            }
            return Matcher.quoteReplacement(bytes.toString(UTF_8));
        });
    }

    private static String quoted(char character) {
        return Matcher.quoteReplacement(String.valueOf(character));
    }
}
