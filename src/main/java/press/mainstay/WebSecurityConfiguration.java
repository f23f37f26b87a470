package press.mainstay;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/// What holds for every page: no session, no cookie, nothing from another website.
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class WebSecurityConfiguration {

    /// Stripe signs what it sends; what guards pages is of no use to it.
    @Bean
    @Order(1)
    SecurityFilterChain webhooks(HttpSecurity http) {
        return http.securityMatcher("/webhooks/**")
                .csrf(AbstractHttpConfigurer::disable)
                .headers(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .servletApi(AbstractHttpConfigurer::disable)
                .exceptionHandling(AbstractHttpConfigurer::disable)
                .anonymous(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .build();
    }

    /// A page that needs more, such as a letter shown in a frame, sets a `Content-Security-Policy` of its own,
    /// which is left alone. So is `Cache-Control`: each page sets its own.
    @Bean
    SecurityFilterChain publicPages(
            HttpSecurity http,
            OriginsProperties origins,
            @Value("${mainstay.stripe.checkout-origin:https://checkout.stripe.com}") String checkoutOrigin,
            @Value("${mainstay.stripe.portal-origin:https://billing.stripe.com}") String portalOrigin,
            @Value("${mainstay.newsroom.public-url:}") String publicUrl) {
        var ours = publicUrl.isBlank() ? null : Origin.of(URI.create(publicUrl));
        return http.sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable) // no session: the filter below stands in for tokens
                .addFilterAfter(new FetchMetadataFilter(ours, origins.origins()), HeaderWriterFilter.class)
                .requestCache(AbstractHttpConfigurer::disable)
                .securityContext(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .headers(headers -> headers(headers, checkoutOrigin + " " + portalOrigin, ours))
                .build();
    }

    /// Methods that we do not know are answered by Spring MVC, with 405 and a page, like all that it does not map.
    @Bean
    StrictHttpFirewall firewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    /// @param stripe origins that our forms are led on to: the browser follows a form's redirect to no other
    private static void headers(HeadersConfigurer<HttpSecurity> headers, String stripe, @Nullable Origin ours) {
        headers.contentSecurityPolicy(
                        csp -> csp.policyDirectives("default-src 'none'; script-src 'self'; style-src 'self';"
                                + " img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self';"
                                + " frame-src 'self'; form-action 'self' " + stripe
                                + "; base-uri 'none'; frame-ancestors 'none'"))
                .frameOptions(HeadersConfigurer.FrameOptionsConfig::disable) // frame-ancestors says it
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                .permissionsPolicyHeader(permissions -> permissions.policy(
                        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(),"
                                + " encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(),"
                                + " idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(),"
                                + " picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(),"
                                + " xr-spatial-tracking=()"))
                .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                .cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                .httpStrictTransportSecurity(hsts -> {
                    if (ours != null && ours.scheme().equals("https")) {
                        // TLS may end at a proxy, so the request is not asked
                        hsts.requestMatcher(AnyRequestMatcher.INSTANCE).includeSubDomains(false);
                    } else {
                        hsts.disable();
                    }
                });
    }
}
