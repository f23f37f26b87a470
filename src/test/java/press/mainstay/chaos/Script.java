package press.mainstay.chaos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/// What a life story came to.
///
/// @param gifts that were asked for on the support page
/// @param events that the service reads, in the order in which Stripe made them
/// @param objects as they end
record Script(String name, List<Gift> gifts, List<ObjectNode> events, List<ObjectNode> objects) {

    /// All events, by their place in the order of making.
    Set<Integer> all() {
        return Set.copyOf(IntStream.range(0, events.size()).boxed().toList());
    }

    /// How the objects stood after some of the events, as if the others had never happened. An object that was never
    /// told of is as it ends.
    SequencedMap<String, ObjectNode> objectsAfter(Set<Integer> told) {
        var standing = new LinkedHashMap<String, ObjectNode>();
        objects.forEach(object -> standing.put(object.path("id").stringValue(), object));
        for (var i = 0; i < events.size(); i++) {
            if (told.contains(i)) {
                var object = (ObjectNode) events.get(i).path("data").path("object");
                standing.put(object.path("id").stringValue(), object);
            }
        }
        // a deleted customer is told of as it was before; and an object may end otherwise than events told last
        objects.stream()
                .filter(object ->
                        told.size() == events.size() || object.path("deleted").asBoolean(false))
                .forEach(object -> standing.put(object.path("id").stringValue(), object));
        return standing;
    }
}
