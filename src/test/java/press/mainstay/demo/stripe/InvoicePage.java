package press.mainstay.demo.stripe;

/// An invoice's own page, where a reader pays what Stripe could not collect.
final class InvoicePage {

    private final Arrears arrears;

    InvoicePage(Arrears arrears) {
        this.arrears = arrears;
    }

    Answer answer(String method, Stored invoice, Params params) {
        if (method.equals("POST") && "pay".equals(params.text("action")) && Arrears.isPayable(invoice)) {
            arrears.pay(invoice);
            return Answer.seeOther("/i/" + invoice.id());
        }
        var status = Json.need(invoice.body(), "status");
        var form = Arrears.isPayable(invoice) ? """
                <form method="post"><button class="main" name="action" value="pay">Pay by card</button></form>
                """ : "";
        return Answer.html(
                200,
                Html.page(
                        "Invoice",
                        "<h1>Invoice " + Html.text(Json.need(invoice.body(), "number")) + "</h1><p class=\"amount\">"
                                + Html.money(invoice.body(), "amount_due") + "</p><p>" + status + "</p>" + form));
    }
}
