package press.mainstay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.TimeMachine;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;

@FeatureTest
class BooksTests {

    private static final String UPDATED = "customer.subscription.updated";
    private static final String DELETED = "customer.subscription.deleted";

    @Autowired
    private Visitor visitor;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private Webhooks stripe;

    @BeforeEach
    void stripeKnowsWhereWeAre() {
        stripe = new Webhooks(visitor.origin(), "whsec_demo");
    }

    @Test
    void theBooksAreTheSameForEveryOrderAndRepetitionOfEvents() {
        var random = new Random(20261123);
        var stories = new ArrayList<Story>();
        for (var i = 0; i < 60; i++) {
            var story = Story.of(UUID.randomUUID());
            var events = new ArrayList<>(story.monthly());
            events.addAll(story.monthly().subList(0, random.nextInt(events.size())));
            Collections.shuffle(events, random);
            stories.add(story);
            events.forEach(stripe::deliver);
        }
        time.settle();

        assertThat(stories)
                .allSatisfy(story -> assertThat(books(story))
                        .containsEntry("donation", story.donation())
                        .containsEntry("subscription", story.subscription())
                        .containsEntry("invoice", "in_" + story.word())
                        .containsEntry("customer", story.customer())
                        .containsEntry("balance_transaction", "txn_" + story.word())
                        .containsEntry("entries", 1L)
                        .containsEntry("booked", 500L)
                        .containsEntry("receipts", 1L)
                        .containsEntry("status", "active"));
    }

    @Test
    void aChargeThatLeadsToNoDonationIsUnassignedIncome() {
        var story = Story.of(UUID.randomUUID());

        stripe.deliver(story.chargeSucceeded("{}"));
        stripe.deliver(story.chargeUpdated("{\"donation\": \"not ours\", \"order\": \"7\"}"));
        time.settle();

        assertThat(books(story))
                .containsEntry("donation", null)
                .containsEntry("entries", 1L)
                .containsEntry("booked", 500L)
                .containsEntry("receipts", 0L);
    }

    @Test
    void oldNewsOfASubscriptionChangesNothing() {
        var story = Story.of(UUID.randomUUID());

        tell(story.subscription(UPDATED, "past_due", story.at().plusSeconds(20)));
        tell(story.subscription(UPDATED, "active", story.at().plusSeconds(10)));
        tell(story.subscription(
                "customer.subscription.created", "incomplete", story.at().plusSeconds(20)));

        assertThat(status(story)).isEqualTo("past_due");
    }

    @Test
    void anEndedSubscriptionStaysEnded() {
        var story = Story.of(UUID.randomUUID());

        tell(story.subscription(UPDATED, "active", story.at().plusSeconds(20)));
        tell(story.subscription(DELETED, "canceled", story.at().plusSeconds(15)));
        assertThat(status(story)).isEqualTo("canceled");

        tell(story.subscription(UPDATED, "active", story.at().plusSeconds(60)));
        assertThat(status(story)).isEqualTo("canceled");
    }

    @Test
    void theLedgerRefusesToBeChanged() {
        for (var change : List.of(
                "update ledger_entry set minor_units = 1", "delete from ledger_entry", "truncate ledger_entry")) {
            assertThatThrownBy(() -> jdbc.sql(change).update()).hasMessageContaining("append-only");
        }
    }

    private void tell(String event) {
        stripe.deliver(event);
        time.settle();
    }

    private String status(Story story) {
        return jdbc.sql("select status from subscription where id = :id")
                .param("id", story.subscription())
                .query(String.class)
                .single();
    }

    private Map<String, Object> books(Story story) {
        return jdbc.sql("""
                        select p.*, s.status, e.entries, e.booked,
                            (select count(*) from letter where about = p.charge and kind = 'receipt') as receipts
                        from payment p
                        left join subscription s on s.id = p.subscription
                        cross join lateral (
                            select count(*) as entries, sum(minor_units)::bigint as booked
                            from ledger_entry where charge = p.charge and kind = 'payment') e
                        where p.charge = :charge
                        """).param("charge", story.charge()).query().singleRow();
    }
}
