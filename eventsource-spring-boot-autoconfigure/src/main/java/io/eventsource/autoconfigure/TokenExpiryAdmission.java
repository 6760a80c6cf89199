package io.eventsource.autoconfigure;

import io.eventsource.EventClient;
import io.eventsource.web.Admission;
import io.eventsource.web.StreamAdmission;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Token;

/**
 * Ends a connection when the token with which it was opened expires.
 */
class TokenExpiryAdmission implements StreamAdmission {

	@Override
	public Admission admit(EventClient client, HttpServletRequest request) {
		return (client.principal() instanceof Authentication authentication
				&& authentication.getCredentials() instanceof OAuth2Token token)
						? Admission.accept().until(token.getExpiresAt()) : Admission.accept();
	}

}
