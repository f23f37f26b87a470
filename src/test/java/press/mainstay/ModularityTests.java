package press.mainstay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/// The arrows between packages go one way; `CONTRIBUTING.md` draws them.
class ModularityTests {

    private final ApplicationModules modules = ApplicationModules.of(App.class);

    @Test
    void allPackagesAreSeen() {
        assertThat(modules.stream().map(module -> module.getIdentifier().toString()))
                .contains(
                        "shared",
                        "sealing",
                        "newsroom",
                        "guard",
                        "stripe",
                        "supporter",
                        "mail",
                        "ledger",
                        "donation",
                        "membership",
                        "reminder",
                        "account");
    }

    @Test
    void noPackageReachesIntoAnotherOrBack() {
        modules.verify();
    }
}
