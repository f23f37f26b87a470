package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.thymeleaf.autoconfigure.ThymeleafAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseCookie;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.reminder.ReminderDates;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeUnavailableException;

/// The page alone, without database and security: what it prints and what it makes of a form.
@SpringBootTest(
        classes = SupportPageTests.Pages.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "mainstay.newsroom.public-url=https://support.example.org")
class SupportPageTests {

    /// No component, so that no scan finds it.
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        ErrorMvcAutoConfiguration.class,
        HttpEncodingAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        ThymeleafAutoConfiguration.class
    })
    @EnableConfigurationProperties({DonationProperties.class, NewsroomProperties.class})
    @ComponentScan(basePackageClasses = NewsroomProperties.class)
    @Import({DonationController.class, ReminderDates.class})
    static class Pages {

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }
    }

    @LocalServerPort
    int port;

    @MockitoBean
    DonationService donations;

    @MockitoBean
    DonationCookie cookie;

    @Test
    void looksTheSameForEverybodySoThatCachesMayKeepIt() throws Exception {
        var page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().allValues("Set-Cookie")).isEmpty();
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("public, max-age=60");
        assertThat(String.join(",", page.headers().allValues("Vary"))).containsIgnoringCase("Accept-Language");
        assertThat(page.body()).contains("<html dir=\"ltr\" lang=\"en\">").contains("Support our reporting");
        assertPicked(page.body(), "frequency", "monthly");
        assertPicked(page.body(), "preset-monthly", "5");
    }

    @Test
    void loadsNothingFromElsewhereAndStylesNothingInline() throws Exception {
        var page = get("/").body();

        assertThat(page)
                .doesNotContainPattern("(src|href|action)=\"(https?:)?//")
                .doesNotContain("style=", "<style");
        assertThat(page)
                .doesNotContainPattern(
                        "<script(?! src=\"/js/(support|reminder)-[0-9a-f]{32}\\.js\" defer></script>| type=\"module\" src=\"/js/proof-[0-9a-f]{32}\\.js\"></script>)");
    }

    @Test
    void filesAreKeptForAYearUnderANameThatChangesWithThem() throws Exception {
        var links = Pattern.compile("(?:href|src)=\"(/(?:css|js)/[^\"]+|/theme.css[^\"]+|/logo.svg[^\"]+)\"")
                .matcher(get("/").body())
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();

        assertThat(links).hasSize(6);
        for (var link : links) {
            assertThat(get(link).headers().firstValue("Cache-Control").orElseThrow())
                    .as(link)
                    .contains("max-age=31536000");
        }
        assertThat(get("/theme.css?v=another").headers().firstValue("Cache-Control"))
                .hasValue("max-age=60, public");
    }

    @Test
    void speaksRussianToBrowsersThatDoAndToWhomAsks() throws Exception {
        assertThat(get("/", "Accept-Language", "ru-RU,ru;q=0.9").body()).contains("Поддержите редакцию");
        assertThat(get("/?lang=ru").body()).contains("Поддержите редакцию", "value=\"ru\"");
        assertThat(get("/?lang=en", "Accept-Language", "ru").body()).contains("Support our reporting");
    }

    @Test
    void aLinkPreselectsAndSaysWhereItStands() throws Exception {
        var page = get("/?frequency=annual&amount=100&currency=eur&campaign=winter-2026&component=article-box"
                        + "&article=/2026/11/ice")
                .body();

        assertPicked(page, "frequency", "annual");
        assertPicked(page, "preset-annual", "100");
        assertThat(page)
                .contains("name=\"currency\" value=\"eur\"")
                .contains("name=\"campaign\" value=\"winter-2026\"")
                .contains("name=\"component\" value=\"article-box\"")
                .contains("name=\"article\" value=\"/2026/11/ice\"")
                .contains("SEPA debit")
                .contains("href=\"/?frequency=annual&amp;amount=100&amp;currency=gbp&amp;campaign=winter-2026"
                        + "&amp;component=article-box&amp;article=%2F2026%2F11%2Fice\"");
    }

    @Test
    void anAmountThatIsNotOfferedIsTypedForTheReader() throws Exception {
        var page = get("/?frequency=once&amount=%D9%A7%D9%A7&currency=usd").body();

        assertPicked(page, "preset-once", "other");
        assertThat(page).contains("value=\"\u0667\u0667\"");
    }

    @Test
    void yenDoNotTurnIntoAsManyDollars() throws Exception {
        assertThat(get("/?frequency=once&amount=5000&currency=jpy").body())
                .contains("href=\"/?frequency=once&amp;currency=usd\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount=<script>alert(1)</script>",
                "amount=-5&currency=usd",
                "amount=1&frequency=monthly",
                "currency=xxx",
                "currency=<b>",
                "frequency=daily",
                "frequency=MONTHLY",
                "lang=../../etc",
                "lang=xx",
                "article=//evil.example",
                "article=javascript:alert(1)",
                "campaign=<script>",
                "campaign=A&campaign=b",
                "nonce=1",
                "preset-monthly=<script>",
            })
    void whatCannotBeHadIsLeftOut(String query) throws Exception {
        var page = get("/?" + query.replace("<", "%3C").replace(">", "%3E"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertPicked(page.body(), "frequency", "monthly");
        assertPicked(page.body(), "preset-monthly", "5");
        assertThat(page.body()).doesNotContain("<script>", "alert(1)", "evil.example", "role=\"alert\"");
    }

    @Test
    void aCampaignOfTenKilobytesIsLeftOut() throws Exception {
        var page = get("/?campaign=" + "a".repeat(10_240));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("name=\"campaign\"");
    }

    @Test
    void continueLeadsToStripe() throws Exception {
        opens("https://checkout.example/c/pay/cs_1#fid=%2F");
        var nonce = UUID.randomUUID();

        var answer = post("frequency=monthly&preset-once=25&preset-monthly=10&preset-annual=50&amount=&currency=usd"
                + "&campaign=winter&component=UPPER&article=/ice&lang=ru&nonce=" + nonce);

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("https://checkout.example/c/pay/cs_1#fid=%2F");
        assertThat(started(Locale.forLanguageTag("ru")))
                .isEqualTo(new StartDonation(
                        Frequency.MONTHLY, new Money(1000, "usd"), new Source("winter", null, "/ice", null), nonce));
    }

    @Test
    void threeFieldsAreEnough() throws Exception {
        opens("https://checkout.example/");

        assertThat(post("frequency=once&amount=10,50&currency=GBP").statusCode())
                .isEqualTo(303);
        assertThat(started(Locale.ENGLISH))
                .isEqualTo(new StartDonation(
                        Frequency.ONCE, new Money(1050, "gbp"), new Source(null, null, null, null), null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "once|1,000.00|usd|Please type the amount in digits",
                "once|1e3|usd|Please type the amount in digits",
                "once|10.505|usd|more than two decimals",
                "once|10.50|jpy|no smaller coins. Please type a whole amount such as 1050",
                "monthly|1.99|usd|The smallest amount we can take here is $2.",
                "monthly|299|jpy|The smallest amount we can take here is ¥300.",
                "monthly|1000.01|usd|The largest amount we can take here is $1,000.",
            })
    void oneSentenceSaysWhatToTypeAndTheRestIsKept(String frequency, String amount, String currency, String sentence)
            throws Exception {
        var answer = post("frequency=%1$s&preset-%1$s=other&preset-annual=200&amount=%2$s&currency=%3$s&campaign=winter"
                .formatted(frequency, amount, currency));

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertPicked(answer.body(), "frequency", frequency);
        assertPicked(answer.body(), "preset-" + frequency, "other");
        assertThat(answer.body())
                .contains(sentence, "name=\"currency\" value=\"" + currency + "\"", "value=\"" + amount + "\"")
                .contains("name=\"campaign\" value=\"winter\"", "autofocus", "aria-invalid=\"true\"")
                .contains("aria-describedby=\"amount-error amount-hint\"")
                .containsOnlyOnce("role=\"alert\"");
        if (currency.equals("usd")) {
            assertPicked(answer.body(), "preset-annual", "200");
        }
        verifyNoInteractions(donations);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount=5&currency=usd",
                "frequency=daily&amount=5&currency=usd",
                "frequency=once&amount=5",
                "frequency=once&amount=5&currency=xxx",
                "",
            })
    void neverAssumesAFrequencyOrCurrencyThatWasNotAsked(String form) throws Exception {
        var answer = post(form);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).containsOnlyOnce("role=\"alert\"");
        verifyNoInteractions(donations);
    }

    @Test
    void echoesNoMarkup() throws Exception {
        assertThat(post("frequency=once&currency=usd&amount=%22%3E%3Cscript%3E").body())
                .contains("value=\"&quot;&gt;&lt;script&gt;\"");
    }

    @Test
    void stripeDownChargesNothingAndKeepsTheChoice() throws Exception {
        given(donations.start(any(), any())).willThrow(mock(StripeUnavailableException.class));
        var nonce = UUID.randomUUID();

        var answer = post("frequency=annual&amount=77.50&currency=eur&campaign=winter&nonce=" + nonce);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .contains("Nothing was charged.", "You give €77.50 a year.", "Try again")
                .contains("name=\"frequency\" value=\"annual\"", "name=\"amount\" value=\"77.50\"")
                .contains("name=\"currency\" value=\"eur\"", "name=\"campaign\" value=\"winter\"")
                .contains("name=\"nonce\" value=\"" + nonce + "\"");
    }

    @Test
    void reloadingAnErrorLeadsBackToThePage() throws Exception {
        var answer = get("/donations");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("/");
    }

    private void opens(String page) {
        given(cookie.of(any()))
                .willReturn(ResponseCookie.from("donation", "signed").build());
        given(donations.start(any(), any()))
                .willReturn(new DonationService.Started(UUID.randomUUID(), URI.create(page)));
    }

    private StartDonation started(Locale locale) {
        var command = ArgumentCaptor.forClass(StartDonation.class);
        verify(donations).start(command.capture(), eq(locale));
        return command.getValue();
    }

    private static void assertPicked(String page, String name, String value) {
        var checked = Pattern.compile("<input type=\"radio\"([^>]*)checked=\"checked\"([^>]*)>")
                .matcher(page)
                .results()
                .map(match -> match.group(1) + match.group(2))
                .filter(attributes -> attributes.contains("name=\"" + name + "\""))
                .toList();
        assertThat(checked).as(name).hasSize(1);
        assertThat(checked.getFirst()).contains("value=\"" + value + "\"");
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> post(String form) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/donations"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }
}
