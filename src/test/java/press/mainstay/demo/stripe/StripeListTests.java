package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.stripe.exception.StripeException;
import com.stripe.model.BalanceTransaction;
import com.stripe.model.Charge;
import com.stripe.model.Invoice;
import com.stripe.param.BalanceTransactionListParams;
import com.stripe.param.ChargeListParams;
import com.stripe.param.EventListParams;
import com.stripe.param.InvoiceListParams;
import com.stripe.param.InvoicePaymentListParams;
import com.stripe.param.SubscriptionListParams;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeListTests {

    private final Newsroom newsroom = new Newsroom("2026-01-31T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    @Test
    void balanceTransactionsComeWithTheirSources() throws StripeException {
        newsroom.monthly();
        stripe.disputes(Json.need(newsroom.only("charge"), "id"));

        var all = newsroom.client
                .v1()
                .balanceTransactions()
                .list(BalanceTransactionListParams.builder()
                        .addExpand("data.source")
                        .build())
                .getData();

        assertThat(all).extracting(BalanceTransaction::getReportingCategory).containsExactly("dispute", "charge");
        assertThat(all.getLast().getSourceObject())
                .isInstanceOfSatisfying(
                        Charge.class, charge -> assertThat(charge.getAmount()).isEqualTo(500));
        assertThat(newsroom.client
                        .v1()
                        .balanceTransactions()
                        .list(BalanceTransactionListParams.builder()
                                .setType("adjustment")
                                .build())
                        .getData())
                .hasSize(1);
    }

    @Test
    void sourceThatIsLostIsNamedAndDoesNotSpoilTheList() throws StripeException {
        newsroom.monthly();
        stripe.forgets("charge", Json.need(newsroom.only("charge"), "id"));

        var all = newsroom.client
                .v1()
                .balanceTransactions()
                .list(BalanceTransactionListParams.builder()
                        .addExpand("data.source")
                        .build())
                .getData();

        assertThat(all.getFirst().getSource()).startsWith("ch_");
        assertThat(all.getFirst().getSourceObject()).isNull();
    }

    @Test
    void pagesLoseNothingAndRepeatNothing() throws StripeException {
        for (int i = 0; i < 25; i++) {
            stripe.reader(newsroom.opens(asks(500, "usd", null)).getUrl()).paysByCard();
            newsroom.clock.set(newsroom.clock.instant().plusSeconds(i % 3).toString());
        }
        var seen = new ArrayList<String>();
        var params = ChargeListParams.builder().setLimit(10L);
        boolean more;
        do {
            var page = newsroom.client.v1().charges().list(params.build());
            page.getData().forEach(charge -> seen.add(charge.getId()));
            params.setStartingAfter(seen.getLast());
            more = page.getHasMore();
        } while (more);

        var made = stripe.objects("charge").stream().map(one -> Json.need(one, "id"));
        assertThat(seen).containsExactlyElementsOf(made.toList().reversed());
        assertThat(newsroom.client
                        .v1()
                        .charges()
                        .list(ChargeListParams.builder()
                                .setEndingBefore(seen.get(5))
                                .setLimit(3L)
                                .build())
                        .getData())
                .extracting(Charge::getId)
                .containsExactlyElementsOf(seen.subList(2, 5));
    }

    @Test
    void timeOfMakingIsAWindowWithAnOpenAndAClosedEnd() throws StripeException {
        newsroom.monthly();
        newsroom.itIs("2026-05-31T10:00:00Z");

        assertThat(charges(ChargeListParams.Created.builder()
                        .setGte(second("2026-02-28T10:00:00Z"))
                        .setLt(second("2026-04-30T10:00:00Z"))
                        .build()))
                .containsExactly("2026-03-31T10:00:00Z", "2026-02-28T10:00:00Z");
        assertThat(charges(ChargeListParams.Created.builder()
                        .setGt(second("2026-02-28T10:00:00Z"))
                        .setLte(second("2026-04-30T10:00:00Z"))
                        .build()))
                .containsExactly("2026-04-30T10:00:00Z", "2026-03-31T10:00:00Z");
        assertThat(charges(ChargeListParams.Created.builder()
                        .setGte(second("2026-06-01T00:00:00Z"))
                        .build()))
                .isEmpty();
    }

    private List<String> charges(ChargeListParams.Created created) throws StripeException {
        return newsroom
                .client
                .v1()
                .charges()
                .list(ChargeListParams.builder().setCreated(created).build())
                .getData()
                .stream()
                .map(charge -> Instant.ofEpochSecond(charge.getCreated()).toString())
                .toList();
    }

    private static long second(String at) {
        return Instant.parse(at).getEpochSecond();
    }

    @Test
    void listsAreInTheOrderOfCreatedWhenSomethingOlderIsMadeLater() throws StripeException {
        newsroom.monthly();
        newsroom.clock.set("2026-03-05T10:00:00Z");
        stripe.reader(newsroom.opens(asks(700, "usd", null)).getUrl()).paysByCard();
        stripe.runDue(); // the renewal of 28 February, only now

        assertThat(newsroom.client.v1().charges().list().getData())
                .extracting(charge -> Instant.ofEpochSecond(charge.getCreated()).toString())
                .containsExactly("2026-03-05T10:00:00Z", "2026-02-28T10:00:00Z", "2026-01-31T10:00:00Z");
    }

    @Test
    void invoicesHaveTheirPaymentsOnlyWhenAsked() throws StripeException {
        newsroom.monthly();
        var invoices = newsroom.client.v1().invoices();

        assertThat(invoices.list().getData()).extracting(Invoice::getPayments).containsOnlyNulls();
        assertThat(newsroom.event("invoice.paid").at("/data/object/payments").isMissingNode())
                .isTrue();
        var expanded = invoices.list(
                InvoiceListParams.builder().addExpand("data.payments").build());
        assertThat(expanded.getData().getFirst().getPayments().getData()).hasSize(1);
        var line = expanded.getData().getFirst().getLines().getData().getFirst();
        assertThat(line.getPeriod().getStart()).isEqualTo(second("2026-01-31T10:00:00Z"));
        assertThat(line.getPeriod().getEnd()).isEqualTo(second("2026-02-28T10:00:00Z"));
        assertThat(line.getPricing().getPriceDetails().getProduct()).isEqualTo(Newsroom.PRODUCT);
    }

    @Test
    void invoicePaymentsAreListedByStatus() throws StripeException {
        newsroom.monthly();
        stripe.cards().failNext(Json.need(newsroom.only("customer"), "id"));
        newsroom.itIs("2026-02-28T10:00:00Z");

        var paid = InvoicePaymentListParams.builder()
                .setStatus(InvoicePaymentListParams.Status.PAID)
                .build();
        assertThat(newsroom.client.v1().invoicePayments().list(paid).getData()).hasSize(1);
    }

    @Test
    void eventsAreThereForThirtyDays() throws StripeException {
        newsroom.monthly();
        newsroom.itIs("2026-02-28T10:00:00Z");
        newsroom.itIs("2026-03-05T10:00:00Z");

        var all = newsroom.client
                .v1()
                .events()
                .list(EventListParams.builder().setLimit(100L).build());

        assertThat(all.getData())
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getCreated()).isEqualTo(second("2026-02-28T10:00:00Z")));
    }

    @Test
    void changeThatNobodyIsToldOfIsSeenByWhoeverAsks() throws StripeException {
        var subscription = newsroom.monthly();
        int told = newsroom.told().size();

        stripe.changesSilently("subscription", subscription, body -> body.put("status", "past_due"));

        assertThat(newsroom.client.v1().subscriptions().retrieve(subscription).getStatus())
                .isEqualTo("past_due");
        assertThat(newsroom.told()).hasSize(told);
    }

    @Test
    void objectOfUnknownOriginTakesItsPlaceByCreated() throws StripeException {
        newsroom.monthly();
        newsroom.itIs("2026-03-31T10:00:00Z");
        var foreign = stripe.objects("charge").getLast();
        foreign.put("id", "ch_foreign").put("created", second("2026-02-01T00:00:00Z"));
        foreign.putNull("customer");

        stripe.adopts(foreign);

        assertThat(newsroom.client.v1().charges().list().getData())
                .extracting(Charge::getId)
                .element(2)
                .isEqualTo("ch_foreign");
        assertThatThrownBy(() -> stripe.adopts(foreign)).isInstanceOf(IllegalStateException.class);
        stripe.changesSilently("charge", "ch_foreign", body -> body.put("created", second("2026-04-01T00:00:00Z")));
        assertThat(newsroom.client.v1().charges().list().getData().getFirst().getId())
                .isEqualTo("ch_foreign");
    }

    @Test
    void forgottenSubscriptionIsGoneAndNeverRenews() throws StripeException {
        var subscription = newsroom.monthly();

        stripe.forgets("subscription", subscription);
        newsroom.itIs("2026-03-31T10:00:00Z");

        assertThat(newsroom.client
                        .v1()
                        .subscriptions()
                        .list(SubscriptionListParams.builder()
                                .setStatus(SubscriptionListParams.Status.ALL)
                                .build())
                        .getData())
                .isEmpty();
        assertThat(newsroom.told()).doesNotContain("customer.subscription.deleted");
        assertThat(stripe.objects("charge")).hasSize(1);
    }

    @Test
    void longListsArePagedThroughQuickly() throws StripeException {
        long from = second("2026-01-01T00:00:00Z");
        for (int i = 0; i < 50_000; i++) {
            stripe.adopts(Json.object(
                    "id", "txn_" + i, "object", "balance_transaction", "created", from + i, "type", "charge"));
        }
        var params = BalanceTransactionListParams.builder()
                .setLimit(100L)
                .setCreated(BalanceTransactionListParams.Created.builder()
                        .setGte(from + 10_000)
                        .setLt(from + 20_000)
                        .build());
        long begun = System.nanoTime();
        int seen = 0;
        boolean more;
        do {
            var page = newsroom.client.v1().balanceTransactions().list(params.build());
            seen += page.getData().size();
            params.setStartingAfter(page.getData().getLast().getId());
            more = page.getHasMore();
        } while (more);

        assertThat(seen).isEqualTo(10_000);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }
}
