package press.mainstay.stripe;

import com.github.kagkarlsson.scheduler.task.CompletionHandler.OnCompleteRemove;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A node of the service whose background work is done step by step, by whoever tests it.
public final class Node {

    private final StripeInbox inbox;
    private final CustomTask<Void> refetch;
    private final JdbcClient jdbc;

    /// Another node on the same database.
    public Node(AutowireCapableBeanFactory beans) {
        inbox = beans.createBean(StripeInbox.class);
        refetch = beans.getBean(StripeRefetch.class).task();
        jdbc = beans.getBean(JdbcClient.class);
    }

    /// Whether news of this type is applied.
    public static boolean reads(String type) {
        return StripeEventReader.reads(type);
    }

    /// @return whether there may be more
    public boolean applyDue() {
        return inbox.applyDue();
    }

    /// As after an upgrade.
    public void readAnew() {
        inbox.readAnew();
    }

    /// Asks Stripe about all that is in doubt, as the scheduler does.
    ///
    /// @return how many questions there were
    public int askWhatIsInDoubt() {
        var questions = jdbc.sql("select task_instance from scheduled_tasks where task_name = :name order by 1")
                .param("name", refetch.getName())
                .query(String.class)
                .list();
        for (var question : questions) {
            if (refetch.execute(refetch.instance(question), null) instanceof OnCompleteRemove) {
                jdbc.sql("delete from scheduled_tasks where task_name = :name and task_instance = :question")
                        .param("name", refetch.getName())
                        .param("question", question)
                        .update();
            }
        }
        return questions.size();
    }
}
