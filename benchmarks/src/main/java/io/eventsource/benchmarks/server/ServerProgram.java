package io.eventsource.benchmarks.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Runs one server until its standard input ends. Each line there is a command, and is
 * answered by a line on standard output once it has been done; what the server itself has
 * to say goes to standard error.
 */
public final class ServerProgram {

	private ServerProgram() {
	}

	/**
	 * Starts a server.
	 * @param args its name and settings
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		PrintStream answers = System.out;
		System.setOut(System.err);
		StreamServer server = start(args[0], Arrays.copyOfRange(args, 1, args.length));
		answers.println(server.port());
		obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)), answers,
				new Commands(server));
		// Open streams would hold up a graceful shutdown
		Runtime.getRuntime().halt(0);
	}

	private static StreamServer start(String name, String[] settings) throws IOException {
		return switch (name) {
			case "nio" -> new NioServer(false);
			case "nio-together" -> new NioServer(true);
			case "starter-tomcat" -> StarterApplication.start(SpringServer.Container.TOMCAT, settings);
			case "starter-jetty" -> StarterApplication.start(SpringServer.Container.JETTY, settings);
			case "emitter-list" -> EmitterListApplication.start(settings);
			case "mvc-flux" -> FluxApplication.start(SpringServer.Container.TOMCAT, settings);
			case "webflux" -> FluxApplication.start(SpringServer.Container.NETTY, settings);
			default -> throw new IllegalArgumentException("There is no server " + name);
		};
	}

	private static void obey(BufferedReader input, PrintStream answers, Commands commands) throws Exception {
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			answers.println(commands.run(line.split(" ")));
		}
	}

}
