package press.mainstay.chaos;

import java.util.function.Consumer;

/// What happens to a gift at Stripe.
///
/// @param name a sentence
/// @param happens plays it on a Stripe of its own
record LifeStory(String name, Consumer<Stage> happens) {

    /// Plays it.
    Script played() {
        try (var stage = new Stage()) {
            happens.accept(stage);
            return stage.script(name);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
