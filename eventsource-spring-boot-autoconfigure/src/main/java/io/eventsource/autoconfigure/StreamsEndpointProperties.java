package io.eventsource.autoconfigure;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the actuator endpoint.
 *
 * @param showValues When to show the names of users and their addresses.
 * @param roles Roles that may see names and addresses if show-values is when-authorized;
 * empty for all users that have logged in.
 */
@ConfigurationProperties("management.endpoint.eventsource")
record StreamsEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {

}
