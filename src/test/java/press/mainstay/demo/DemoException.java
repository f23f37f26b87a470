package press.mainstay.demo;

/// Why the demo cannot start or do as asked, in one sentence for the person in front of it.
public class DemoException extends RuntimeException {

    public DemoException(String sentence) {
        super(sentence);
    }
}
