package press.mainstay.shared;

/// A setting is missing, wrong or contradicts another: the service cannot start.
public class SettingException extends RuntimeException {

    private final String mend;

    /// @param problem what is wrong, as a sentence for the person who runs the service; never a secret's value
    /// @param mend what to do about it, as a sentence
    public SettingException(String problem, String mend) {
        super(problem);
        this.mend = mend;
    }

    public String mend() {
        return mend;
    }
}
