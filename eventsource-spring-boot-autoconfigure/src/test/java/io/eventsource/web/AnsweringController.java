package io.eventsource.web;

import java.io.IOException;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Gives each answer with a {@code Flux}, which Spring MVC serves, and with a stream of
 * ours.
 */
@RestController
class AnsweringController {

	private final EventSourceEndpoint endpoint;

	AnsweringController(EventSourceEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	private static Flux<String> flux() {
		return Flux.just("a", "b");
	}

	private @Nullable SseEmitter ours(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return this.endpoint.open(flux(), request, response);
	}

	@RequestMapping(path = "/flux/plain", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Publisher<String> plain() {
		return flux();
	}

	@RequestMapping("/ours/plain")
	@Nullable SseEmitter plain(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return ours(request, response);
	}

	private static ResponseEntity.BodyBuilder entity() {
		return ResponseEntity.status(201)
			.header("X-Answer", "1")
			.header("Link", "</a>; rel=next", "</b>; rel=prev")
			.contentType(MediaType.TEXT_EVENT_STREAM)
			.header("Cache-Control", "no-store, private");
	}

	@RequestMapping("/flux/entity")
	ResponseEntity<Flux<String>> entity(HttpServletRequest request) {
		return entity().body(flux());
	}

	@RequestMapping("/ours/entity")
	ResponseEntity<SseEmitter> entity(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return entity().body(ours(request, response));
	}

	@RequestMapping(path = "/flux/annotated", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	@ResponseStatus(HttpStatus.ACCEPTED)
	Flux<String> annotated() {
		return flux();
	}

	@RequestMapping("/ours/annotated")
	@ResponseStatus(HttpStatus.ACCEPTED)
	@Nullable SseEmitter annotated(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return ours(request, response);
	}

	private static void direct(HttpServletResponse response) {
		response.setStatus(203);
		response.addHeader("X-Direct", "1");
		response.setHeader("Cache-Control", "private");
		response.setHeader("X-Accel-Buffering", "yes");
	}

	@RequestMapping(path = "/flux/direct", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<String> direct(HttpServletRequest request, HttpServletResponse response) {
		direct(response);
		return flux();
	}

	/** After the stream was opened as well. */
	@RequestMapping("/ours/direct")
	@Nullable SseEmitter ourDirect(HttpServletRequest request, HttpServletResponse response) throws IOException {
		SseEmitter emitter = ours(request, response);
		direct(response);
		return emitter;
	}

	private static void cookies(HttpServletResponse response) {
		response.addCookie(new Cookie("first", "1"));
		response.addHeader("Set-Cookie", ResponseCookie.from("second", "2").httpOnly(true).build().toString());
	}

	@RequestMapping(path = "/flux/cookies", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	ResponseEntity<Flux<String>> cookies(HttpServletRequest request, HttpServletResponse response) {
		cookies(response);
		return ResponseEntity.ok().header("Set-Cookie", "third=3").body(flux());
	}

	@RequestMapping("/ours/cookies")
	ResponseEntity<SseEmitter> ourCookies(HttpServletRequest request, HttpServletResponse response) throws IOException {
		SseEmitter emitter = ours(request, response);
		cookies(response);
		return ResponseEntity.ok().header("Set-Cookie", "third=3").body(emitter);
	}

	@RequestMapping(path = "/flux/reserved", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	ResponseEntity<Flux<String>> reserved() {
		return ResponseEntity.ok().eTag("\"tag\"").lastModified(0).body(flux());
	}

	@RequestMapping("/ours/reserved")
	ResponseEntity<SseEmitter> reserved(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return ResponseEntity.ok().eTag("\"tag\"").lastModified(0).body(ours(request, response));
	}

	@RequestMapping("/flux/nothing")
	ResponseEntity<Flux<String>> nothing() {
		return ResponseEntity.status(202).header("X-Answer", "none").build();
	}

	@RequestMapping("/ours/nothing")
	ResponseEntity<SseEmitter> nothing(HttpServletRequest request, HttpServletResponse response) throws IOException {
		this.endpoint.open("messages", request, response);
		return ResponseEntity.status(202).header("X-Answer", "none").build();
	}

	private static RuntimeException thrown() {
		return new IllegalStateException("thrown after it was opened");
	}

	@RequestMapping(path = "/flux/thrown", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<String> thrown(HttpServletRequest request) {
		throw thrown();
	}

	@RequestMapping(path = "/ours/thrown", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter thrown(HttpServletRequest request, HttpServletResponse response) throws IOException {
		this.endpoint.open("messages", request, response);
		throw thrown();
	}

	@RequestMapping("/flux/conflict")
	Flux<String> conflict(HttpServletRequest request) throws ConflictException {
		throw new ConflictException();
	}

	@RequestMapping("/ours/conflict")
	SseEmitter conflict(HttpServletRequest request, HttpServletResponse response) throws Exception {
		ours(request, response);
		throw new ConflictException();
	}

	@RequestMapping("/flux/checked")
	Flux<String> checked(HttpServletRequest request) throws IOException {
		throw new IOException("of the application");
	}

	@RequestMapping("/ours/checked")
	SseEmitter checked(HttpServletRequest request, HttpServletResponse response) throws IOException {
		this.endpoint.open("messages", request, response);
		throw new IOException("of the application");
	}

	@RequestMapping("/flux/custom")
	Flux<String> custom(HttpServletRequest request) {
		throw new CustomException();
	}

	@RequestMapping("/ours/custom")
	SseEmitter custom(HttpServletRequest request, HttpServletResponse response) throws IOException {
		this.endpoint.open("messages", request, response);
		throw new CustomException();
	}

	@RequestMapping("/flux/late")
	Flux<String> late(HttpServletRequest request) {
		throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS, "later");
	}

	@RequestMapping("/ours/late")
	SseEmitter late(HttpServletRequest request, HttpServletResponse response) throws IOException {
		ours(request, response);
		throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS, "later");
	}

	@RequestMapping("/ours/forgotten")
	String forgotten(HttpServletRequest request, HttpServletResponse response) throws IOException {
		this.endpoint.open("messages", request, response);
		return "something else";
	}

	@RequestMapping({ "/ours/endless", "/ours/slow" })
	@Nullable SseEmitter endless(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return this.endpoint.open("messages", request, response);
	}

	@RequestMapping("/ours/entity-of-stream")
	ResponseEntity<SseEmitter> stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return entity().body(this.endpoint.open("messages", request, response));
	}

	@RequestMapping("/refused/entity")
	ResponseEntity<SseEmitter> refused(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return entity().body(ours(request, response));
	}

	@RequestMapping("/refused/annotated")
	@ResponseStatus(HttpStatus.ACCEPTED)
	@Nullable SseEmitter refusedToo(HttpServletRequest request, HttpServletResponse response) throws IOException {
		return ours(request, response);
	}

	static class CustomException extends RuntimeException {

	}

	@ResponseStatus(HttpStatus.CONFLICT)
	static class ConflictException extends Exception {

	}

}
