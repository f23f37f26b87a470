package press.mainstay.demo.stripe;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// Frame and letters of the played pages. They are not our product and share nothing with it.
final class Html {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMM yyyy HH:mm:ss 'UTC'", Locale.ENGLISH);

    private Html() {}

    static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s (simulated)</title><style>
                :root { color-scheme: light dark }
                body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
                header { background: #f2c94c; color: #221b00; padding: .5rem 1rem; text-align: center }
                header a { color: inherit }
                main { max-width: 30rem; margin: 2rem auto; padding: 0 1rem }
                main:has(table) { max-width: 62rem; overflow-x: auto }
                .what { margin: 0; opacity: .75 } .amount { font-size: 2rem; font-weight: 600; margin: 0 0 1.5rem }
                .amount span { font-size: 1rem; font-weight: 400 }
                label { display: block; margin-top: .75rem } code { font-size: .85em }
                input { box-sizing: border-box; width: 100%%; font: inherit; padding: .6rem; border: 1px solid #888; border-radius: .4rem }
                button { width: 100%%; font: inherit; padding: .7rem; margin-top: .6rem; border: 1px solid #888; border-radius: .4rem;
                  background: transparent; color: inherit; cursor: pointer }
                button.main { background: #4f46c8; border-color: #4f46c8; color: #fff; margin-top: 1.25rem }
                .hint { margin: 1.25rem 0 0; opacity: .75 } .error { border-left: 4px solid #c0262d; padding-left: .75rem }
                table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1rem .2rem 0 } .figure { text-align: right }
                </style></head><body>
                <header>A simulation of Stripe: no real card, no real money. <a href="/">Look inside</a></header>
                <main>%s</main></body></html>
                """.formatted(text(title), body);
    }

    static String text(String raw) {
        return raw.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    static String money(ObjectNode holder, String amount) {
        return text(new Money(Json.number(holder, amount), Json.need(holder, "currency")).format(Locale.US));
    }

    static String day(long seconds) {
        return DAY.format(Instant.ofEpochSecond(seconds).atZone(ZoneOffset.UTC));
    }

    static String time(long seconds) {
        return TIME.format(Instant.ofEpochSecond(seconds).atZone(ZoneOffset.UTC));
    }
}
