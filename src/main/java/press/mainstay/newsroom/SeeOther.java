package press.mainstay.newsroom;

import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.view.RedirectView;

/// The answer to a form that was taken: status 303, so that a reload shows the next page and sends nothing again.
public final class SeeOther {

    private SeeOther() {}

    /// @param address of ours or elsewhere, encoded, and taken to the letter
    public static ModelAndView to(String address) {
        var redirect = new RedirectView(address);
        redirect.setStatusCode(HttpStatus.SEE_OTHER);
        redirect.setExposeModelAttributes(false);
        redirect.setExpandUriTemplateVariables(false);
        return new ModelAndView(redirect);
    }
}
