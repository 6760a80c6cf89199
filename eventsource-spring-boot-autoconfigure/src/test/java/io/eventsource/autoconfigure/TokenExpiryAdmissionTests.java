package io.eventsource.autoconfigure;

import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.eventsource.EventClient;
import io.eventsource.web.Admission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long a client may stay, by the token that it came with.
 */
class TokenExpiryAdmissionTests {

	private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

	private static final Instant LATER = NOW.plusSeconds(300);

	@Test
	void clientWithASignedTokenStaysUntilTheTokenExpires() {
		assertThat(admit(new JwtAuthenticationToken(jwt(LATER)))).isEqualTo(Admission.accept().until(LATER));
	}

	@Test
	void clientWithAnOpaqueTokenStaysUntilTheTokenExpires() {
		OAuth2AccessToken token = new OAuth2AccessToken(TokenType.BEARER, "opaque", NOW, LATER);
		assertThat(admit(new BearerTokenAuthentication(
				new DefaultOAuth2AuthenticatedPrincipal(Map.of("sub", "alice"), List.of()), token, List.of())))
			.isEqualTo(Admission.accept().until(LATER));
	}

	@Test
	void clientWithATokenThatDoesNotExpireMayStay() {
		assertThat(admit(new JwtAuthenticationToken(jwt(null)))).isEqualTo(Admission.accept());
	}

	@Test
	void clientWithoutATokenMayStay() {
		assertThat(admit(null)).isEqualTo(Admission.accept());
		assertThat(admit(() -> "alice")).isEqualTo(Admission.accept());
		assertThat(admit(new UsernamePasswordAuthenticationToken("alice", "secret"))).isEqualTo(Admission.accept());
	}

	private static Admission admit(@Nullable Principal principal) {
		EventClient client = EventClient.builder("1", "messages").principal(principal).build();
		return new TokenExpiryAdmission().admit(client, new MockHttpServletRequest());
	}

	private static Jwt jwt(@Nullable Instant expires) {
		return Jwt.withTokenValue("token")
			.header("alg", "none")
			.subject("alice")
			.issuedAt(NOW)
			.expiresAt(expires)
			.build();
	}

}
