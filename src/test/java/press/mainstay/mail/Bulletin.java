package press.mainstay.mail;

import java.util.Locale;
import java.util.Map;
import press.mainstay.shared.MailList;

/// A mailing to whoever signed up for the newsletter since a given moment, in their language.
class Bulletin implements Mailing {

    private final String padding;

    Bulletin(int size) {
        padding = "Lorem ipsum dolor sit amet, consectetur adipisici elit.\n".repeat(size / 57);
    }

    @Override
    public String kind() {
        return "bulletin";
    }

    @Override
    public MailList list() {
        return MailList.NEWSLETTER;
    }

    @Override
    public Audience audience(String about) {
        return new Audience(
                "select supporter as recipient, locale as variant from consent where source = :source",
                Map.of("source", about.substring(0, about.indexOf('/'))));
    }

    @Override
    public Text write(String about, String variant) {
        var russian = variant.equals("ru");
        return new Text(
                Locale.of(variant),
                russian ? "Письмо по пятницам" : "The Friday letter",
                "%s\n\n.A line that begins with a dot\n%s\n%s\n%s\n"
                        .formatted(
                                russian ? "Дорогие читатели," : "Dear readers,",
                                padding,
                                UNSUBSCRIBE_LINK,
                                PREFERENCES_LINK),
                "<!doctype html><html><body><p>%s</p>%s<p><a href=\"%s\">Unsubscribe</a> <a href=\"%s\">Choose</a></p></body></html>\n"
                        .formatted(
                                russian ? "Дорогие читатели," : "Dear readers,",
                                padding,
                                UNSUBSCRIBE_LINK,
                                PREFERENCES_LINK));
    }
}
