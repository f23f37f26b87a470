package press.mainstay.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.sealing.SignedLinks;
import press.mainstay.supporter.PortalLinks;
import tools.jackson.databind.node.ObjectNode;

@FeatureTest
@ExtendWith(OutputCaptureExtension.class)
class GiftTests {

    private static final Map<String, String> BUTTON = Map.of("lang", "en");

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private DemoClock clock;

    @Autowired
    private TimeMachine time;

    @Autowired
    private SignedLinks signatures;

    @Autowired
    private PortalLinks links;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @AfterEach
    void stripeIsWell() {
        stripe.faults().clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"monthly", "annual"})
    void theReceiptOfARecurringGiftLeadsToThePage(String frequency) {
        gives(frequency, "en");

        var letter = mail.lettersTo(address).getFirst();
        var link = link();
        assertThat(letter.html())
                .contains("<a style=\"color: inherit\" href=\"" + link + "\">Change or end your gift</a>");
        assertThat(URI.create(link)).hasQuery("lang=en").hasPort(reader.origin().getPort());

        var page = reader.get(link);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("Change or end your gift", "Go on to Stripe’s page", "method=\"post\"");
        assertThat(page.header("Cache-Control")).hasValue("no-store");
        assertThat(page.header("Referrer-Policy")).hasValue("same-origin");
        assertThat(reader.cookies()).noneMatch(cookie -> cookie.getPath().startsWith("/account"));
    }

    @Test
    void theReceiptOfAGiftGivenOnceHasNoSuchLink() {
        gives("once", "en");

        assertThat(mail.lettersTo(address)).singleElement().satisfies(letter -> {
            assertThat(letter.text()).doesNotContain("/account/", "Change or end");
            assertThat(letter.html()).doesNotContain("/account/", "Change or end");
        });
    }

    @Test
    void russiansReadRussian() {
        gives("monthly", "ru");

        assertThat(mail.lettersTo(address).getFirst().text()).contains("Изменить или прекратить поддержку:\nhttp");
        assertThat(reader.get(link()).body())
                .contains("lang=\"ru\"", "Изменить или прекратить поддержку", "Перейти на страницу Stripe");
        assertThat(reader.post(path(link()), Map.of("lang", "ru")).status()).isEqualTo(303);
        assertThat(sessions().getLast().path("locale").stringValue()).isEqualTo("ru");
        assertThat(reader.get(sessions().getLast().path("return_url").stringValue())
                        .body())
                .contains("Вы вернулись со страницы Stripe");
    }

    @Test
    void eachClickOpensAPortalOfItsOwnForTheReaderOfTheLetter() {
        var customer = gives("monthly", "en");
        var before = sessions().size();

        var first = reader.post(path(link()), BUTTON);
        var second = reader.post(path(link()), BUTTON);

        assertThat(List.of(first.status(), second.status())).containsOnly(303);
        assertThat(first.header("Cache-Control")).hasValue("no-store");
        var opened = sessions().subList(before, before + 2);
        assertThat(opened)
                .extracting(session -> session.path("url").stringValue())
                .containsExactly(first.location().toString(), second.location().toString())
                .doesNotHaveDuplicates();
        assertThat(opened)
                .extracting(session -> session.path("customer").stringValue())
                .containsOnly(customer);
        assertThat(reader.get(first.location().toString()).body()).contains("Monthly contribution");
    }

    @Test
    void stripesWayBackTellsNothingOfTheLink() {
        gives("monthly", "en");
        reader.post(path(link()), BUTTON);

        var back = sessions().getLast().path("return_url").stringValue();

        assertThat(back).isEqualTo(reader.origin() + "/account/gift?lang=en");
        assertThat(reader.get(back).body()).contains("You are back from Stripe’s page", "https://polynya.example");
    }

    @Test
    void whoeverOnlyLooksTroublesNobody() {
        gives("monthly", "en");
        var before = sessions().size();
        stripe.clearCalls();

        for (var i = 0; i < 3; i++) {
            assertThat(reader.get(link()).status()).isEqualTo(200);
            assertThat(reader.head(link()).status()).isEqualTo(200);
        }

        assertThat(stripe.calls()).noneMatch(call -> call.path().startsWith("/v1/billing_portal"));
        assertThat(sessions()).hasSize(before);
    }

    @Test
    void anotherWebsiteCannotPressTheButton() {
        gives("monthly", "en");
        var before = sessions().size();

        for (var site : List.of("cross-site", "same-site")) {
            var answer = reader.with("Sec-Fetch-Site", site)
                    .with("Origin", "https://evil.example")
                    .post(path(link()), BUTTON);
            assertThat(answer.status()).as(site).isEqualTo(403);
        }

        assertThat(sessions()).hasSize(before);
    }

    @Test
    void aLinkThatIsNotOursOpensNothingAndTellsNothing() {
        var customer = gives("monthly", "en");
        var token = token(link());
        var before = sessions().size();
        var soon = clock.instant().plusSeconds(3_600);

        var tokens = new ArrayList<>(List.of(
                token.substring(0, token.length() - 4),
                token.substring(0, token.indexOf('.')),
                altered(token, 0),
                altered(token, token.indexOf('.') + 9),
                forged(token, "cus_other"),
                signatures.sign("donation.browser", customer, soon),
                signatures.sign("account.gift", customer, clock.instant().minusSeconds(1)),
                customer,
                "not-a-token"));
        for (var each : tokens) {
            for (var answer : List.of(
                    reader.get("/account/gift/" + each + "?lang=en"), reader.post("/account/gift/" + each, BUTTON))) {
                assertThat(answer.status()).as(each).isEqualTo(404);
                assertThat(answer.body())
                        .contains("This link does not work", "Nothing was changed.", "the newest letter")
                        .doesNotContain("<form", customer, each);
                assertThat(answer.header("Cache-Control")).hasValue("no-store");
            }
        }
        assertThat(sessions()).hasSize(before);
    }

    @Test
    void aCustomerThatStripeHasForgottenIsSaidLikeALinkThatDoesNotWork() {
        var link = links.to("cus_forgotten", Locale.ENGLISH).toString();

        var answer = reader.post(path(link), BUTTON);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("This link does not work", "Nothing was changed.");
    }

    @Test
    void whileStripeIsAwayNothingIsOpenedAndTheButtonIsKept() {
        gives("monthly", "en");
        var before = sessions().size();
        stripe.faults().all("/v1/billing_portal/sessions").serverError();

        var answer = reader.post(path(link()), BUTTON);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        assertThat(answer.body())
                .contains("Stripe’s page did not open", "Nothing was changed.", "Try again")
                .contains("action=\"" + path(link()) + "\"");
        assertThat(sessions()).hasSize(before);

        stripe.faults().clear();
        assertThat(reader.post(path(link()), BUTTON).status()).isEqualTo(303);
    }

    @Test
    void neitherPageNorAddressNorLogSaysWhoGives(CapturedOutput log) {
        var customer = gives("monthly", "en");
        var link = link();
        stripe.faults().next(2, "/v1/billing_portal/sessions").serverError();

        var pages = reader.get(link).body() + reader.post(path(link), BUTTON).body();

        assertThat(pages).doesNotContain(address, "Robin", "$15", customer, "onthly");
        var subject = new String(
                Base64.getUrlDecoder().decode(token(link).replaceFirst("\\..*", "")), StandardCharsets.UTF_8);
        assertThat(subject).matches("\\d+\\." + customer);
        assertThat(log.getAll()).contains("billing_portal.sessions.create").doesNotContain(address, token(link));
    }

    /// @return Stripe's id of who gave
    private String gives(String frequency, String language) {
        var checkout = reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", "15", "currency", "usd", "lang", language))
                .location();
        stripe.reader(checkout.toString()).paysByCard(address);
        time.settle();
        return stripe.objects("customer").stream()
                .filter(customer -> customer.path("email").stringValue("").equals(address))
                .map(customer -> customer.path("id").stringValue())
                .findFirst()
                .orElseThrow();
    }

    private String link() {
        return GiftLetter.link(mail, address);
    }

    private static String path(String link) {
        return URI.create(link).getPath();
    }

    private static String token(String link) {
        return path(link).substring("/account/gift/".length());
    }

    private static String altered(String token, int place) {
        var other = token.charAt(place) == 'A' ? 'B' : 'A';
        return token.substring(0, place) + other + token.substring(place + 1);
    }

    /// Another's id under this token's signature.
    private static String forged(String token, String customer) {
        var dot = token.indexOf('.');
        var content = new String(Base64.getUrlDecoder().decode(token.substring(0, dot)), StandardCharsets.UTF_8);
        var other = content.substring(0, content.indexOf('.') + 1) + customer;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(other.getBytes(StandardCharsets.UTF_8))
                + token.substring(dot);
    }

    private List<ObjectNode> sessions() {
        return stripe.objects("billing_portal.session");
    }
}
