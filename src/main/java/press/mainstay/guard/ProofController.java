package press.mainstay.guard;

import org.altcha.altcha.Altcha.Challenge;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// Where the widget of our forms asks for something to work on.
@RestController
class ProofController {

    private final Proof proof;

    ProofController(Proof proof) {
        this.proof = proof;
    }

    @GetMapping("/altcha")
    ResponseEntity<Challenge> challenge() {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(proof.challenge());
    }
}
