package press.mainstay.chaos;

import java.util.List;

/// One thing that happens to the service in a run. Events are numbered in the order in which Stripe made them; nodes
/// are 0 and 1.
sealed interface Step {

    /// Stripe delivers an event, for the first time or again.
    record Deliver(int event) implements Step {}

    /// The node that takes a delivery dies before its n-th statement; Stripe delivers again at once.
    record DieTaking(int event, int statement) implements Step {}

    /// A node applies what is due.
    record Apply(int node) implements Step {}

    /// Both nodes apply what is due.
    record ApplyAtOnce() implements Step {}

    /// A node dies before the n-th statement of applying; with fewer statements, it does not.
    record Die(int node, int statement) implements Step {}

    /// A node is slow: before its n-th statement, events come and the other node applies.
    record Overtake(int node, int statement, List<Integer> events) implements Step {}

    /// A new release reads all that was applied once more.
    record ReadAnew() implements Step {}

    /// The jobs run that ask Stripe: how things in doubt stand, and what payments cost.
    record Ask() implements Step {}
}
