package press.mainstay.chaos;

import static press.mainstay.chaos.Stage.ADA;
import static press.mainstay.chaos.Stage.BEA;

import com.stripe.param.checkout.SessionCreateParams.Locale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import press.mainstay.shared.Frequency;

/// The life stories that the service must survive in any order. A new one is a line here.
final class StoryBook {

    static final List<LifeStory> STORIES = new ArrayList<>();

    private static void story(String name, Consumer<Stage> happens) {
        STORIES.add(new LifeStory(name, happens));
    }

    private StoryBook() {}

    static {
        givenOnce();
        begun();
        renewed();
        arrears();
        ended();
        changed();
        paused();
        moneyBack();
        disputed();
        people();
        fromElsewhere();
        ties();
    }

    private static void givenOnce() {
        story("a gift by card", stage -> stage.once(2500, "usd"));
        story("a gift in yen", stage -> stage.once(3000, "jpy"));
        story("a gift in euros, settled in another currency", stage -> stage.once(1000, "eur"));
        story("a gift whose first card was declined", stage -> {
            var page = stage.asks(Frequency.ONCE, 1000, "usd");
            page.isDeclined();
            stage.seconds(40);
            page.paysByCard();
        });
        story(
                "a gift whose bank asked who was there",
                stage -> stage.asks(Frequency.ONCE, 1000, "eur").authenticates());
        story("a payment page that nobody pays on", stage -> {
            stage.asks(Frequency.ONCE, 1000, "usd").abandons();
            stage.days(2);
        });
        story("a bank debit that arrives", stage -> {
            stage.asks(Frequency.ONCE, 5000, "eur").paysBySepa();
            stage.days(6);
        });
        story("a bank debit that is refused", stage -> {
            stage.asks(Frequency.ONCE, 5000, "eur").paysBySepaInVain();
            stage.days(6);
        });
        story("a bank debit that arrives and is taken back weeks later", stage -> {
            stage.asks(Frequency.ONCE, 5000, "eur").paysBySepa();
            stage.days(6);
            var charge = stage.last("charge");
            stage.days(30);
            stage.stripe.bankReturns(charge);
        });
    }

    private static void begun() {
        story("a monthly gift begins", Stage::monthly);
        story(
                "an annual gift begins",
                stage -> stage.asks(Frequency.ANNUAL, 6000, "eur").paysByCard());
        story("a monthly gift begins with a bank debit", stage -> {
            stage.asks(Frequency.MONTHLY, 500, "eur").paysBySepa();
            stage.days(6);
        });
        story("a monthly gift begins with a bank debit that is refused", stage -> {
            stage.asks(Frequency.MONTHLY, 500, "eur").paysBySepaInVain();
            stage.days(6);
        });
        story("a subscription stays incomplete and expires", stage -> {
            inVain(stage);
            stage.days(2);
        });
        story("an incomplete subscription is paid after all", stage -> {
            inVain(stage);
            stage.later(Duration.ofHours(2));
            stage.stripe.paysInvoice(stage.last("invoice"));
        });
        story("an incomplete subscription is paid within the same second", stage -> {
            inVain(stage);
            stage.stripe.paysInvoice(stage.last("invoice"));
        });
        story("the first invoice of an incomplete subscription is voided", stage -> {
            inVain(stage);
            stage.later(Duration.ofHours(1));
            stage.stripe.voids(stage.last("invoice"));
        });
    }

    private static void inVain(Stage stage) {
        stage.stripe.subscribesInVain(ADA, 900, "usd", "month", Stage.product(Frequency.MONTHLY), Map.of());
    }

    private static void renewed() {
        story("a monthly gift is renewed", stage -> {
            stage.monthly();
            stage.on("2024-02-29");
        });
        story("a monthly gift is renewed twice", stage -> {
            stage.monthly();
            stage.on("2024-03-31");
        });
        story("an annual gift is renewed", stage -> {
            stage.asks(Frequency.ANNUAL, 6000, "usd").paysByCard();
            stage.on("2025-01-31");
        });
        story("a renewal all of whose events bear one second", stage -> {
            stage.stripe.invoicesFinaliseAfter(Duration.ZERO);
            stage.monthly();
            stage.on("2024-02-29");
        });
        story("a bank debit is renewed", stage -> {
            stage.asks(Frequency.MONTHLY, 500, "eur").paysBySepa();
            stage.days(6);
            stage.on("2024-02-29");
            stage.days(6);
        });
    }

    /// A first month, and a second whose card fails.
    private static String late(Stage stage, int times) {
        var subscription = stage.monthly();
        stage.stripe.cards().failNext(subscription, times);
        stage.on("2024-02-29");
        return subscription;
    }

    private static void arrears() {
        story("a renewal fails and recovers at the next try", stage -> {
            late(stage, 1);
            stage.days(4);
        });
        story("a renewal fails and is paid by the reader", stage -> {
            late(stage, 4);
            stage.days(1);
            stage.stripe.paysInvoice(stage.last("invoice"));
        });
        story("a renewal fails until Stripe ends the subscription", stage -> {
            late(stage, 4);
            stage.days(30);
        });
        story("a renewal fails until the subscription is unpaid", stage -> {
            stage.stripe.afterLastRetry("unpaid");
            late(stage, 4);
            stage.days(20);
        });
        story("an unpaid subscription is paid after all", stage -> {
            stage.stripe.afterLastRetry("unpaid");
            late(stage, 4);
            stage.days(20);
            stage.stripe.paysInvoice(stage.last("invoice"));
        });
        story("a renewal fails, stays late, and the reader leaves", stage -> {
            stage.stripe.afterLastRetry("past_due");
            var subscription = late(stage, 4);
            stage.days(20);
            stage.stripe.cancelsNow(subscription);
        });
        story("a bank asks who is there, and is told", stage -> {
            var subscription = stage.monthly();
            stage.stripe.cards().failNext(subscription, 1, "authentication_required");
            stage.on("2024-02-29");
            stage.later(Duration.ofHours(3));
            stage.stripe.authenticates(stage.last("invoice"));
        });
        story("a bank asks who is there, and nobody answers", stage -> {
            var subscription = stage.monthly();
            stage.stripe.cards().failNext(subscription, 4, "authentication_required");
            stage.on("2024-02-29");
            stage.days(30);
        });
        story("a new card is entered between two tries", stage -> {
            late(stage, 4);
            stage.stripe.changesCard(stage.customer());
            stage.days(5);
        });
        story("staff try by hand, in vain, and then it works", stage -> {
            late(stage, 2);
            stage.stripe.retriesNow(stage.last("invoice"));
            stage.days(5);
        });
        story("an invoice in arrears is paid outside of Stripe", stage -> {
            late(stage, 4);
            stage.stripe.paysOutOfBand(stage.last("invoice"));
        });
        story("an invoice in arrears is voided", stage -> {
            late(stage, 4);
            stage.days(1);
            stage.stripe.voids(stage.last("invoice"));
        });
        story("an invoice is given up and paid after all", stage -> {
            late(stage, 4);
            stage.stripe.marksUncollectible(stage.last("invoice"));
            stage.days(3);
            stage.stripe.paysInvoice(stage.last("invoice"));
        });
        story("an invoice is given up and then voided, within one second", stage -> {
            late(stage, 4);
            stage.stripe.marksUncollectible(stage.last("invoice"));
            stage.stripe.voids(stage.last("invoice"));
        });
    }

    private static void ended() {
        story("a reader cancels in the portal, and it lapses", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.cancels(subscription);
            stage.on("2024-03-01");
        });
        story("a reader cancels by Stripe's older way, and it lapses", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.cancelsByFlag(subscription);
            stage.on("2024-03-01");
        });
        story("a reader cancels and takes it back", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.cancels(subscription);
            stage.seconds(30);
            stage.stripe.resumes(subscription);
        });
        story("a reader cancels, takes it back, and cancels for good", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.cancelsByFlag(subscription);
            stage.seconds(1);
            stage.stripe.resumes(subscription);
            stage.days(1);
            stage.stripe.cancels(subscription);
            stage.on("2024-03-01");
        });
        story("a reader cancels at once", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.cancelsNow(subscription);
        });
        story("a reader cancels at once while a renewal is late", stage -> {
            var subscription = late(stage, 2);
            stage.stripe.cancelsNow(subscription);
        });
    }

    private static void changed() {
        story("an amount changes from the next month on", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.changesAmount(subscription, 800);
            stage.on("2024-02-29");
        });
        story("an amount is raised at once", stage -> {
            var subscription = stage.monthly();
            stage.days(10);
            stage.stripe.changesAmountNow(subscription, 2000);
            stage.on("2024-02-29");
        });
        story("an amount is lowered at once, and the credit pays a part of the next month", stage -> {
            var subscription = stage.monthly();
            stage.days(10);
            stage.stripe.changesAmountNow(subscription, 200);
            stage.on("2024-02-29");
        });
        story("an amount is raised and lowered again", stage -> {
            var subscription = stage.monthly();
            stage.days(1);
            stage.stripe.changesAmount(subscription, 800);
            stage.days(1);
            stage.stripe.changesAmount(subscription, 300);
        });
    }

    private static void paused() {
        for (var behavior : List.of("void", "keep_as_draft", "mark_uncollectible")) {
            story("collection pauses over a renewal and goes on: " + behavior, stage -> {
                var subscription = stage.monthly();
                stage.days(3);
                stage.stripe.pausesCollection(subscription, behavior);
                stage.on("2024-02-29");
                stage.days(3);
                stage.stripe.resumesCollection(subscription);
            });
        }
        story("a subscription is paused and resumed within its month", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.pauses(subscription);
            stage.days(3);
            stage.stripe.unpauses(subscription);
        });
        story("a subscription is paused and resumed after its month", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.pauses(subscription);
            stage.on("2024-04-10");
            stage.stripe.unpauses(subscription);
        });
        story("a paused gift is cancelled", stage -> {
            var subscription = stage.monthly();
            stage.days(3);
            stage.stripe.pausesCollection(subscription, "void");
            stage.days(3);
            stage.stripe.cancelsNow(subscription);
        });
    }

    private static void moneyBack() {
        story("a gift is refunded", stage -> {
            var charge = stage.once(2500, "usd");
            stage.days(2);
            stage.stripe.refunds(charge, null);
        });
        story("a gift is refunded in two parts and the rest", stage -> {
            var charge = stage.once(2500, "usd");
            stage.days(2);
            stage.stripe.refunds(charge, 500L);
            stage.seconds(5);
            stage.stripe.refunds(charge, 500L);
            stage.days(1);
            stage.stripe.refunds(charge, null);
        });
        story("two equal refunds in one second", stage -> {
            var charge = stage.once(2500, "usd");
            stage.stripe.refunds(charge, 500L);
            stage.stripe.refunds(charge, 500L);
        });
        story("a refund arrives late", stage -> {
            var refund = stage.stripe.refundPends(stage.once(2500, "usd"), 700L);
            stage.days(3);
            stage.stripe.refundArrives(refund);
        });
        story("a refund fails", stage -> {
            var refund = stage.stripe.refundPends(stage.once(2500, "usd"), 700L);
            stage.days(3);
            stage.stripe.refundFails(refund);
        });
        story("a refund fails and is made again", stage -> {
            var charge = stage.once(2500, "eur");
            var refund = stage.stripe.refundPends(charge, null);
            stage.stripe.refundFails(refund);
            stage.days(1);
            stage.stripe.refunds(charge, null);
        });
        story("a refund is cancelled", stage -> {
            var refund = stage.stripe.refundPends(stage.once(2500, "usd"), 700L);
            stage.days(1);
            stage.stripe.refundCancels(refund);
        });
        story("a refund that arrived is sent back", stage -> {
            var refund = stage.stripe.refunds(stage.once(2500, "usd"), null);
            stage.days(5);
            stage.stripe.refundFails(refund);
        });
        story("a renewal is refunded and the reader leaves", stage -> {
            var subscription = stage.monthly();
            stage.on("2024-02-29");
            stage.stripe.refunds(stage.last("charge"), null);
            stage.stripe.cancelsNow(subscription);
        });
        story("a bank debit is refunded", stage -> {
            stage.asks(Frequency.ONCE, 5000, "eur").paysBySepa();
            stage.days(6);
            stage.stripe.refunds(stage.last("charge"), 2000L);
        });
    }

    private static void disputed() {
        story("a dispute is won", stage -> {
            var dispute = stage.stripe.disputes(stage.once(2500, "usd"));
            stage.days(2);
            stage.stripe.disputeReviewed(dispute);
            stage.days(20);
            stage.stripe.disputeCloses(dispute, true);
        });
        story("a dispute is lost", stage -> {
            var dispute = stage.stripe.disputes(stage.once(2500, "eur"));
            stage.days(20);
            stage.stripe.disputeCloses(dispute, false);
        });
        story("a dispute about a part", stage -> {
            var dispute = stage.stripe.disputes(stage.once(2500, "usd"), 1000);
            stage.days(20);
            stage.stripe.disputeCloses(dispute, true);
        });
        story("a bank asks about a charge, and is content", stage -> {
            var dispute = stage.stripe.inquires(stage.once(2500, "usd"));
            stage.days(1);
            stage.stripe.disputeReviewed(dispute);
            stage.days(10);
            stage.stripe.inquiryCloses(dispute);
        });
        story("a bank asks about a charge, takes it back, and loses", stage -> {
            var dispute = stage.stripe.inquires(stage.once(2500, "usd"));
            stage.days(5);
            stage.stripe.inquiryEscalates(dispute);
            stage.days(5);
            stage.stripe.disputeCloses(dispute, true);
        });
        story("a dispute from its beginning to its end in one second", stage -> {
            var dispute = stage.stripe.disputes(stage.once(2500, "usd"));
            stage.stripe.disputeReviewed(dispute);
            stage.stripe.disputeCloses(dispute, true);
        });
        story("a dispute ends a subscription", stage -> {
            stage.stripe.disputesEndSubscriptions(true);
            stage.monthly();
            stage.days(9);
            stage.stripe.disputes(stage.last("charge"));
        });
        story("a part is refunded and the rest disputed", stage -> {
            var charge = stage.once(2500, "usd");
            stage.stripe.refunds(charge, 500L);
            stage.days(9);
            stage.stripe.disputes(charge, 2000);
        });
    }

    private static void people() {
        story("a reader has a new address", stage -> {
            stage.monthly();
            stage.days(3);
            stage.stripe.changesEmail(stage.customer(), BEA);
            stage.on("2024-02-29");
        });
        story("a reader has a new address, and the old one again", stage -> {
            stage.once(1000, "usd");
            stage.days(3);
            stage.stripe.changesEmail(stage.customer(), BEA);
            stage.days(3);
            stage.stripe.changesEmail(stage.customer(), ADA);
        });
        story("a customer is deleted", stage -> {
            stage.monthly();
            stage.days(3);
            stage.stripe.deletesCustomer(stage.customer());
        });
        story("a customer has a new address and is deleted in the same second", stage -> {
            stage.once(1000, "usd");
            stage.days(3);
            stage.stripe.changesEmail(stage.customer(), BEA);
            stage.stripe.deletesCustomer(stage.customer());
        });
        story("one person gives twice, as two customers", stage -> {
            stage.once(1000, "usd");
            stage.days(3);
            stage.once(2000, "usd");
        });
        story("one person has two subscriptions", stage -> {
            var first = stage.monthly();
            stage.seconds(20);
            stage.monthly();
            stage.days(1);
            stage.stripe.cancelsNow(first);
        });
        story("one person gives in two languages", stage -> {
            stage.asks(Frequency.ONCE, 1000, "eur", Locale.RU).paysByCard();
            stage.days(30);
            stage.asks(Frequency.ONCE, 1000, "eur", Locale.EN).paysByCard();
        });
        story("two persons give in one second", stage -> {
            stage.once(1000, "usd");
            stage.asks(Frequency.ONCE, 1000, "usd").as("Bea", BEA).paysByCard();
        });
    }

    private static void fromElsewhere() {
        story("staff subscribe a reader to our product, without our metadata", stage -> {
            stage.stripe.subscribes(ADA, 900, "usd", "month", Stage.product(Frequency.MONTHLY), Map.of());
            stage.on("2024-02-29");
        });
        story("staff subscribe a reader for each week", stage -> {
            stage.stripe.subscribes(ADA, 300, "eur", "week", Stage.product(Frequency.MONTHLY), Map.of());
            stage.days(8);
        });
        story("a reader gives once and is later subscribed by staff", stage -> {
            stage.once(1000, "usd");
            stage.days(3);
            stage.stripe.subscribes(ADA, 900, "usd", "year", Stage.product(Frequency.ANNUAL), Map.of());
        });
        story("another application sells something", stage -> stage.stripe.otherAppSells(4200, "usd"));
        story("another application has a subscriber", stage -> {
            var subscription = stage.stripe.subscribes(BEA, 700, "eur", "month", "prod_club", Map.of("club", "7"));
            stage.on("2024-02-29");
            stage.stripe.cancelsNow(subscription);
        });
        story("another application's subscriber is late, and gives to us too", stage -> {
            var subscription = stage.stripe.subscribes(ADA, 700, "eur", "month", "prod_club", Map.of());
            stage.once(1000, "usd");
            stage.stripe.cards().failNext(subscription);
            stage.on("2024-02-29");
        });
        story("another application refunds, and loses a dispute", stage -> {
            var charge = stage.stripe.otherAppSells(4200, "usd");
            stage.stripe.refunds(charge, 200L);
            var dispute = stage.stripe.disputes(charge, 4000);
            stage.stripe.disputeCloses(dispute, false);
        });
    }

    /// Stripe says only the second: what happens in one leaves no trace of its order.
    private static void ties() {
        story("two amounts in one second", stage -> {
            var subscription = stage.monthly();
            stage.days(1);
            stage.stripe.changesAmount(subscription, 700);
            stage.stripe.changesAmount(subscription, 900);
        });
        story("three changes in one second, and back to the first", stage -> {
            var subscription = stage.monthly();
            stage.days(1);
            stage.stripe.changesAmount(subscription, 700);
            stage.stripe.cancels(subscription);
            stage.stripe.resumes(subscription);
            stage.stripe.changesAmount(subscription, 500);
        });
        story("two amounts in one second, and another one later", stage -> {
            var subscription = stage.monthly();
            stage.days(1);
            stage.stripe.changesAmount(subscription, 700);
            stage.stripe.changesAmount(subscription, 900);
            stage.days(1);
            stage.stripe.changesAmount(subscription, 1100);
        });
        story("cancelled in the second in which it began", stage -> {
            var subscription = stage.monthly();
            stage.stripe.cancels(subscription);
        });
        story("cancelled and ended in one second", stage -> {
            var subscription = stage.monthly();
            stage.days(1);
            stage.stripe.cancels(subscription);
            stage.stripe.cancelsNow(subscription);
        });
        story("paused and resumed in one second", stage -> {
            var subscription = stage.monthly();
            stage.days(1);
            stage.stripe.pausesCollection(subscription, "void");
            stage.stripe.resumesCollection(subscription);
        });
        story("two addresses in one second", stage -> {
            stage.once(1000, "usd");
            stage.days(3);
            stage.stripe.changesEmail(stage.customer(), BEA);
            stage.stripe.changesEmail(stage.customer(), ADA);
        });
        story("four months of a monthly gift, with a failure, a change and an end", stage -> {
            stage.stripe.invoicesFinaliseAfter(Duration.ZERO);
            var subscription = stage.monthly();
            stage.stripe.cards().failNext(subscription);
            stage.on("2024-03-08");
            stage.stripe.changesAmount(subscription, 1000);
            stage.on("2024-04-30");
            stage.stripe.cancels(subscription);
            stage.on("2024-06-01");
        });
    }
}
