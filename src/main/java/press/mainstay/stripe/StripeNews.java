package press.mainstay.stripe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;

/// Some dozens or hundreds of things that Stripe told, applied together. Published inside the transaction that
/// marks their events as applied: whatever listeners write commits together with the marks, or not at all. The
/// same may be told twice, and in any order.
///
/// @param all in the order of arrival, which means nothing
public record StripeNews(List<StripeEvent> all) {

    /// The news of one kind.
    public <T extends StripeEvent> List<T> of(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// In rounds in which each object appears once, since one `insert … on conflict do update` cannot touch a
    /// row twice.
    ///
    /// @param object what tells one object from another
    public <T extends StripeEvent> List<List<T>> rounds(Class<T> kind, Function<T, String> object) {
        var rounds = new ArrayList<List<T>>();
        var seen = new HashMap<String, Integer>();
        for (var event : of(kind)) {
            int round = seen.merge(object.apply(event), 1, Integer::sum);
            if (rounds.size() < round) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round - 1).add(event);
        }
        return rounds;
    }
}
