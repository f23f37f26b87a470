package press.mainstay.reminder;

import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A zone whose rules can change while the service runs, as they do with a new release of Java.
final class ChangingZone extends ZoneRulesProvider {

    static final String ID = "Mainstay/Changing";

    private static final AtomicReference<ZoneRules> RULES = new AtomicReference<>(ZoneRules.of(ZoneOffset.UTC));

    static {
        registerProvider(new ChangingZone());
    }

    static void rules(ZoneRules rules) {
        RULES.set(rules);
    }

    @Override
    protected Set<String> provideZoneIds() {
        return Set.of(ID);
    }

    @Override
    protected @Nullable ZoneRules provideRules(String zone, boolean forCaching) {
        return forCaching ? null : RULES.get();
    }

    @Override
    protected NavigableMap<String, ZoneRules> provideVersions(String zone) {
        return new TreeMap<>(Map.of("1", RULES.get()));
    }
}
