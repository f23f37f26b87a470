package press.mainstay.membership;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.LocalTime;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.ledger.LedgerService;
import press.mainstay.mail.LetterService;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.stripe.StripeEvent.InvoiceChanged.Tells;

@Configuration
class MembershipConfiguration {

    @Bean
    RecurringTask<Void> subscriptionReconciliationTask(
            SubscriptionReconciliation reconciliation, NewsroomProperties newsroom) {
        return Tasks.recurring("subscription-reconciliation", Schedules.daily(newsroom.zone(), LocalTime.of(3, 0)))
                .execute((_, _) -> reconciliation.compare());
    }

    @Bean
    RecurringTask<Void> renewalLetterTask(RenewalLetter renewals, NewsroomProperties newsroom) {
        return Tasks.recurring("renewal-letters", Schedules.daily(newsroom.zone(), LocalTime.of(9, 0)))
                .execute((_, _) -> renewals.promiseDue());
    }

    @Bean
    InvoiceLetter paymentFailedLetter(
            LetterService letters, LedgerService ledger, MembershipService memberships, MembershipNotice notice) {
        return new InvoiceLetter(Tells.PAYMENT_FAILED, letters, ledger, memberships, notice);
    }

    @Bean
    InvoiceLetter authenticationLetter(
            LetterService letters, LedgerService ledger, MembershipService memberships, MembershipNotice notice) {
        return new InvoiceLetter(Tells.ACTION_REQUIRED, letters, ledger, memberships, notice);
    }
}
