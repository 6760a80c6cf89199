package io.eventsource.autoconfigure;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Keeps the end of one response on Tomcat from ending another. A thread that finds a
 * client gone tells Tomcat so in two steps, between which Tomcat may give the objects of
 * the response to the next request. What the second step leaves there would make the
 * first flush of that request fail, whosever request it is.
 */
class TomcatResponseCustomizer implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		factory.addEngineValves(new FreshResponseValve());
	}

	/**
	 * Has each request begin with a response that has not failed yet.
	 */
	private static final class FreshResponseValve extends ValveBase {

		FreshResponseValve() {
			super(true);
		}

		@Override
		public void invoke(Request request, Response response) throws IOException, ServletException {
			org.apache.coyote.Response own = response.getCoyoteResponse();
			if (own.isExceptionPresent() && !own.isCommitted()
					&& request.getDispatcherType() == DispatcherType.REQUEST) {
				own.reset();
			}
			getNext().invoke(request, response);
		}

	}

}
