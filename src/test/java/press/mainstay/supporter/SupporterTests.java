package press.mainstay.supporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.TimeMachine;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;

@FeatureTest
class SupporterTests {

    @Autowired
    private Visitor service;

    @Autowired
    private SupporterService supporters;

    @Autowired
    private TimeMachine time;

    @Autowired
    private DemoClock clock;

    @Autowired
    private JdbcClient jdbc;

    @Value("${mainstay.stripe.webhook-secrets}")
    private String secret;

    private final String word = UUID.randomUUID().toString().substring(0, 8);

    private Webhooks stripe;

    @BeforeEach
    void find() {
        stripe = new Webhooks(service.origin(), secret);
    }

    @ParameterizedTest
    @CsvSource({
        "anna-%s@example.org, Anna-%s@EXAMPLE.org",
        "boris-%s@bücher.example, BORIS-%s@xn--bcher-kva.example",
        "Вера-%s@пример.example, вера-%s@ПРИМЕР.example",
        "dora-%s@example.org, ' dora-%s@example.org '"
    })
    void aPersonIsOneInWhateverSpellingAndForWhicheverCustomer(String first, String second) {
        var gift = gives(first.formatted(word), "en");
        var other = gives(second.formatted(word), "en");

        assertThat(supporters.byCustomer(other.customer()))
                .isPresent()
                .isEqualTo(supporters.byCustomer(gift.customer()));
        assertThat(person(other).email().value()).isEqualTo(first.formatted(word));
        assertThat(customers(person(gift))).containsExactlyInAnyOrder(gift.customer(), other.customer());
    }

    @Test
    void twoPersonsOfOneHouseAreTwo() {
        var anna = gives("anna-" + word + "@example.org", "en");
        var annas = gives("anna-" + word + "+news@example.org", "en");

        assertThat(person(anna).id()).isNotEqualTo(person(annas).id());
    }

    @Test
    void theLanguageOfTheFirstGiftStays() {
        var first = gives("anna-" + word + "@example.org", "ru");
        var second = gives("anna-" + word + "@example.org", "en");

        assertThat(person(first).locale()).isEqualTo(Locale.of("ru"));
        assertThat(person(second).locale()).isEqualTo(Locale.of("ru"));
    }

    @Test
    void aCustomerStaysTheSamePerson() {
        var story = story("anna-" + word + "@example.org");
        deliver(story.checkoutCompleted("payment"));
        var before = person(story).id();

        // their address as changed at Stripe
        var changed = new Story(story.word(), UUID.randomUUID(), "other-" + word + "@example.org", story.at());
        deliver(changed.checkoutCompleted("payment").replace("evt_cs_", "evt_cs2_"));

        assertThat(person(story).id()).isEqualTo(before);
        assertThat(person(story).email().value()).isEqualTo("anna-" + word + "@example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"email\": null", "\"phone\": null", "\"email\": \"no address\"", "\"email\": {}"})
    void aCheckoutWithoutAnAddressNamesNobodyAndFailsNothing(String email) {
        var story = story("anna-" + word + "@example.org");

        deliver(story.checkoutCompleted("payment").replace("\"email\": \"" + story.email() + "\"", email));

        assertApplied(story);
        assertThat(supporters.byCustomer(story.customer())).isEmpty();
    }

    @Test
    void aCheckoutWithoutDetailsOrCustomerNamesNobodyAndFailsNothing() {
        var nobody = story("anna-" + word + "@example.org");
        var nowhere = story("boris-" + word + "@example.org");

        deliver(nobody.checkoutCompleted("payment")
                .replaceAll("\"customer_details\": \\{[^}]*}", "\"customer_details\": null"));
        deliver(nowhere.checkoutCompleted("payment")
                .replace("\"customer\": \"" + nowhere.customer() + "\"", "\"customer\": null"));

        assertApplied(nobody);
        assertApplied(nowhere);
        assertThat(supporters.byCustomer(nobody.customer())).isEmpty();
        assertThat(supporters.byCustomer(nowhere.customer())).isEmpty();
    }

    @Test
    void whoeverIsToldTwiceIsMetOnce() {
        var story = story("anna-" + word + "@example.org");

        deliver(story.checkoutCompleted("payment"));
        deliver(story.checkoutCompleted("payment"));
        deliver(story.checkoutCompleted("payment").replace("evt_cs_", "evt_again_"));

        assertThat(customers(person(story))).containsExactly(story.customer());
    }

    private Story gives(String email, String locale) {
        var story = story(email);
        deliver(story.checkoutCompleted("payment").replace("\"locale\": \"en\"", "\"locale\": \"" + locale + "\""));
        return story;
    }

    private Story story(String email) {
        var donation = UUID.randomUUID();
        return new Story(donation.toString().substring(0, 12).replace("-", ""), donation, email, clock.instant());
    }

    private void deliver(String event) {
        assertThat(stripe.deliver(event)).isEqualTo(200);
        time.settle();
    }

    private void assertApplied(Story story) {
        assertThat(jdbc.sql("select status from stripe_event where donation = :donation")
                        .param("donation", story.donation())
                        .query(String.class)
                        .list())
                .containsExactly("applied");
    }

    private Supporter person(Story story) {
        return supporters
                .find(supporters.byCustomer(story.customer()).orElseThrow())
                .orElseThrow();
    }

    private List<String> customers(Supporter supporter) {
        return jdbc.sql("select customer from supporter_customer where supporter = :supporter")
                .param("supporter", supporter.id())
                .query(String.class)
                .list();
    }
}
