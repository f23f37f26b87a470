package press.mainstay.donation;

import java.net.URI;
import java.util.Locale;
import org.springframework.stereotype.Service;

@Service
class DonationService {

    URI start(StartDonation command, Locale locale) {
        throw new UnsupportedOperationException("No payment page yet for " + command.frequency());
    }
}
